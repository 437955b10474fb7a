import { expect, test } from 'vitest';
import type { BackupInfo, BackupSet } from '../../../src/backup/backup-info.ts';
import { backupForClone, chooseCloneMethod, type CloneFacts } from '../../../src/replication/clone-method.ts';
import { archiveHas } from '../../../src/backup/archived-wal-facts.ts';
import { backupSet, infoWith } from '../../support/backup-info.ts';

const gigabyte = 1024 ** 3;
const megabyte = 1024 ** 2;

const sizes = { databaseBytes: gigabyte, copiedBytes: gigabyte, repositoryBytes: gigabyte / 4 };
const set = (label: string, more: Partial<BackupSet> = {}): BackupSet =>
  backupSet({ label, ...sizes, ...more });
const info = (...backups: readonly BackupSet[]): BackupInfo => infoWith(backups);

const primary = { systemIdentifier: '7434', flushLsn: '0/B000028' };

test('the newest backup is taken, with the WAL since it began', () => {
  const found = backupForClone(
    info(set('old'), set('new', { startLsn: '0/5000028', stopLsn: '0/5000100' })),
    primary,
  );

  expect(found).toEqual({
    label: 'new',
    repository: 1,
    databaseBytes: gigabyte,
    walBytes: 6 * 16 * megabyte,
  });
});

test.each([
  ['there is none', info(), primary],
  ['it is of another cluster', info(set('one')), { ...primary, systemIdentifier: '1' }],
  ['its page checksums are wrong', info(set('one', { hasPageErrors: true })), primary],
  ['PostgreSQL did not run', info(set('one', { startLsn: undefined })), primary],
])('a backup is of no use when %s', (_reason, found, at) => {
  expect(backupForClone(found, at)).toBeUndefined();
});

test.each([
  ['0/2FFFFFF', false],
  ['0/3000000', true],
  ['0/9FFFFFF', true],
  ['0/A000000', false],
  ['nowhere', false],
])('whether the archive goes on after %s: %s', (lsn, answer) => {
  expect(archiveHas(info(), lsn)).toBe(answer);
});

test('an empty archive has no WAL from any position', () => {
  expect(archiveHas({ ...info(), archives: [{ id: '17-1', min: null, max: null }] }, '0/3000000')).toBe(
    false,
  );
  expect(archiveHas({ ...info(), archives: [] }, '0/3000000')).toBe(false);
});

const backup = {
  stanza: 'shop',
  label: 'new',
  repository: 1,
  databaseBytes: 100 * gigabyte,
  walBytes: gigabyte,
};
const facts: CloneFacts = { databaseBytes: 100 * gigabyte, backup, cores: 8 };

test.each<[string, Partial<CloneFacts>, 'primary' | 'backup', RegExp]>([
  ['many cores restore faster than one stream', {}, 'backup', /^about .* from the primary$/],
  ['there is no backup', { backup: undefined }, 'primary', /no backup/],
  ['there is little to copy', { databaseBytes: 100 * megabyte }, 'primary', /100 MB are copied quickly/],
  ['one core unpacks slowly', { cores: 1 }, 'primary', /from the backup$/],
  [
    'much WAL is to be replayed',
    { backup: { ...backup, walBytes: 200 * gigabyte } },
    'primary',
    /200 GB of WAL to replay/,
  ],
])('when %s, that decides', (_reason, more, from, why) => {
  const method = chooseCloneMethod({ ...facts, ...more });

  expect(method.from).toBe(from);
  expect(method.why).toMatch(why);
});
