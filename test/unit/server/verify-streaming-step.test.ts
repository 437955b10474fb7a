import { expect, test } from 'vitest';
import { infoOf255 } from '../backup/pgbackrest-samples.ts';
import { archiveOf } from '../../../src/backup/archived-wal-facts.ts';
import { backupInfo } from '../../../src/backup/pgbackrest-query.ts';
import { controlOf } from '../../../src/postgres/control/control-of.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import * as sql from '../../../src/postgres/replication.ts';
import { refusalIn, verifyStreaming } from '../../../src/server/verify-streaming-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when, yesOrNo } from '../../support/answering.ts';
import { pg2, plan, primary, replica, run, shop } from '../../support/shop.ts';

const lsn = '0/5000060';
const replayed = '0/4000000';

/** A primary and a replica that is so many bytes behind, a little less each time it is asked. */
function pair(
  state: {
    running?: boolean;
    sender?: string;
    behind?: number;
    walIsGone?: boolean;
    flushLsn?: string | null;
  } = {},
) {
  const now = { running: true, sender: 'streaming', behind: 0, walIsGone: false, flushLsn: lsn, ...state };
  const sender = { clientAddress: null, ssl: true, syncState: 'async', lagBytes: 0 };
  const source = fakeHost(
    {},
    answering(
      when(sql.primaryFacts(primary), () =>
        json({
          isInRecovery: now.flushLsn === null,
          systemIdentifier: '1',
          databaseBytes: 1,
          flushLsn: now.flushLsn,
          tablespaces: [],
          senders: { limit: 40, inUse: 1 },
        }),
      ),
      when(sql.senderFacts(primary, 'pg2'), () => json({ ...sender, state: now.sender })),
      when(sql.isWalGone(primary, replayed), () => json(now.walIsGone)),
    ),
  );
  const receiver = { status: 'streaming', senderHost: null, slot: null };
  const facts = { isInRecovery: true, primaryConninfo: '', primarySlotName: '', systemIdentifier: '1' };
  const fake = fakeHost(
    {},
    answering(
      when(acceptsConnections(replica), () => yesOrNo(now.running)),
      when(sql.replicaFacts(replica), () => json({ ...facts, receiver, replayLsn: replayed })),
      when(sql.bytesBehind(replica, lsn), () => {
        const left = now.behind;
        now.behind = Math.max(0, left - 1_048_576);
        return json(left);
      }),
      when(controlOf(replica).log(15), 'FATAL: no'),
    ),
    'pg2',
  );
  return { ...fake, source, now, step: verifyStreaming(shop, pg2, source.host) };
}

test('a replica that streams and has replayed enough is in place', async () => {
  const { host, ran, step, source } = pair();

  expect(await run(step, host)).toEqual({ status: 'in place', changes: [] });
  expect([...ran, ...source.ran]).toEqual([]);
});

test('a replica that does not run yet will have to catch up', async () => {
  const { host, step } = pair({ running: false });

  expect((await plan(step, host)).changes).toEqual(['catch up with the primary']);
});

test('a replica that is behind is waited for, with what is left to replay', async () => {
  const { host, step } = pair({ behind: 8 * 1_048_576 });
  const notes: string[] = [];

  await step.apply(host, (note) => notes.push(note));

  expect(notes[0]).toBe('catching up, 8.0 MB to replay');
  expect((await run(step, host)).status).toBe('in place');
});

test('one that has replayed everything but does not stream is not done', async () => {
  const { host, step, now } = pair({ sender: 'catchup' });
  const notes: string[] = [];
  setTimeout(() => (now.sender = 'streaming'), 60);

  await step.apply(host, (note) => notes.push(note));

  expect(notes[0]).toBe('waiting until it streams');
  expect(notes.length).toBeGreaterThan(1);
});

test('waiting is of no use when the primary has removed the WAL', async () => {
  const { host, step } = pair({ sender: 'startup', behind: 1e9, walIsGone: true });

  await expect(step.apply(host, () => {})).rejects.toMatchObject({
    exitCode: 4,
    message: 'pg2 cannot catch up: pg1 has removed the WAL it needs',
    why: expect.stringContaining('It stopped at 0/4000000'),
    next: [
      expect.stringContaining('dbctl reinit pg2'),
      expect.stringContaining('to prevent this, set up backups'),
    ],
  });
});

test('WAL that the primary has removed and the archive has is waited for', async () => {
  const { host, source } = pair({ behind: 3e6, walIsGone: true });
  const archive = { config: '/etc/dbctl/shop/_pgbackrest/control.conf', stanza: 'shop' };
  const control = fakeHost({}, answering(when(backupInfo(archive), infoOf255)), 'control').host;
  const step = verifyStreaming(shop, pg2, source.host, archiveOf(shop, 'shop', control));

  const notes: string[] = [];
  await step.apply(host, (note) => notes.push(note));

  expect(notes[0]).toContain('to replay');
});

test('a primary that was demoted meanwhile is not followed', async () => {
  const { host, step } = pair({ flushLsn: null });

  await expect(run(step, host)).rejects.toMatchObject({
    exitCode: 4,
    message: 'pg1 is no longer a primary',
  });
});

test('the user may leave while it catches up', async () => {
  const { host, step } = pair({ sender: 'catchup', behind: 1e12 });
  let reports = 0;
  const leave = (): void => {
    if ((reports += 1) === 3) throw new Error('stopped on request');
  };

  await expect(step.apply(host, leave)).rejects.toThrow('stopped on request');
});

test.each([
  ["FATAL:  XX000: requested timeline 2 is not a child of this server's history"],
  [
    "FATAL:  08P01: could not start WAL streaming: ERROR:  requested starting point 0/5000000 on timeline 2 is not in this server's history",
  ],
  [
    'FATAL:  08P01: could not receive data from WAL stream: ERROR:  requested WAL segment 000000010000000000000003 has already been removed',
  ],
])('why a replica does not stream is found in its log: %s', (line) => {
  const log = `LOG:  started\n2026-11-21 [7]: ${line}\n2026-11-21 [7]: LOCATION:  here\nLOG:  waiting for WAL`;

  expect(refusalIn(log)).toBe(`2026-11-21 [7]: ${line}`);
});

test('a log that says nothing of it gives no reason', () => {
  expect(refusalIn('LOG:  started\nFATAL:  the database system is starting up')).toBeUndefined();
});
