import { expect, test } from 'vitest';
import { judgeArchiving, type ArchiverView } from '../../../src/postgres/archiving.ts';
import { archiver } from '../../support/probe-facts.ts';

const now = archiver.now;

test.each<[string, Partial<ArchiverView>, string]>([
  ['a success and no failure', {}, 'ok alive: WAL archived 12 s ago'],
  ['a failure that was overcome', { lastFailedAt: now - 90 }, 'ok alive: WAL archived 12 s ago'],
  [
    'an archiver that was never idle',
    { waitingFiles: 2, oldestWaitingAt: now - 30 },
    'ok alive: WAL archived 12 s ago',
  ],
  ['an idle cluster', { lastArchivedAt: now - 86_400 }, 'ok alive: WAL archived 24 h ago'],
  ['archive_mode=off', { mode: 'off' }, 'critical off: not protected: WAL is not sent to the repository'],
  [
    'another command',
    { command: '/bin/true' },
    'critical off: not protected: WAL is not sent to the repository',
  ],
  [
    'a failure after the last success',
    { lastFailedAt: now - 2, lastArchivedAt: now - 300, waitingFiles: 12 },
    'critical failing: not protected: archiving is failing; last success 5 min ago, 12 files wait',
  ],
  [
    'failures only',
    { lastFailedAt: now - 2, lastArchivedAt: null, waitingFiles: 1 },
    'critical failing: not protected: archiving is failing; no success yet, 1 file waits',
  ],
  [
    'a command that hangs',
    { waitingFiles: 3, oldestWaitingAt: now - 200 },
    'warning failing: not protected: WAL has waited for 3 min, 3 files wait',
  ],
  [
    'a command that hangs for long',
    { waitingFiles: 3, oldestWaitingAt: now - 1200 },
    'critical failing: not protected: WAL has waited for 20 min, 3 files wait',
  ],
  [
    'nothing at all',
    { lastArchivedAt: null, lastArchivedWal: null, hasArchivedFiles: false },
    'critical failing: not protected: no WAL has been archived yet',
  ],
  [
    'nothing since a crash',
    { lastArchivedAt: null, lastArchivedWal: null },
    'warning alive: no WAL has been archived since the server was started after a crash',
  ],
])('%s is judged', (_what, changes, expected) => {
  const { status, archiving, message } = judgeArchiving({ ...archiver, ...changes });

  expect(`${status} ${archiving}: ${message}`).toBe(expected);
});

test('a clock that is set back makes no negative age', () => {
  expect(judgeArchiving({ ...archiver, lastArchivedAt: now + 5 }).message).toBe('WAL archived 0 s ago');
});
