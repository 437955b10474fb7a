import { expect, test } from 'vitest';
import { describeBackup } from '../../../src/backup/backup-progress.ts';
import type { BackupInfo } from '../../../src/backup/backup-info.ts';
import { parseInfo } from '../../../src/backup/pgbackrest-info.ts';
import { infoOf245, infoOf255, infoWithoutBackups, infoWithoutStanza } from './pgbackrest-samples.ts';

const read = (text: string): BackupInfo => parseInfo(text, 'shop')!;

/** A sample with one thing changed. */
const changed = (from: string, to: string): BackupInfo => read(infoOf255.replace(from, to));

test('an old pgBackRest says that a backup runs, not how far it is', () => {
  const info = read(infoOf245);

  expect(info).toMatchObject({
    status: { code: 0, message: 'ok' },
    cipher: 'aes-256-cbc',
    running: { percent: undefined, totalBytes: undefined, doneBytes: undefined },
    databases: [{ id: 1, systemIdentifier: '7710578750814175383', version: '15' }],
    archives: [{ id: '15-1', min: '000000010000000000000003', max: '00000001000000000000000B' }],
  });
  expect(info.backups).toHaveLength(2);
  expect(info.backups[1]).toEqual({
    label: '20261121-110340F_20261121-110344D',
    type: 'diff',
    prior: '20261121-110340F',
    hasPageErrors: false,
    startedAt: 1795259024,
    stoppedAt: 1795259027,
    startLsn: '0/8000028',
    stopLsn: '0/9000050',
    startWal: '000000010000000000000008',
    stopWal: '000000010000000000000009',
    databaseId: 1,
    repository: 1,
    databaseBytes: 58108924,
    copiedBytes: 28901641,
    repositoryBytes: 15061376,
    addedBytes: 11126192,
  });
  expect(info.backups[0]?.prior).toBeUndefined();
});

test('a newer one says how far it is, in bytes; block-incremental backups have no size of their own', () => {
  const { running, backups } = read(infoOf255);

  expect(running).toEqual({ percent: expect.closeTo(25), totalBytes: 537266913, doneBytes: 134316728 });
  expect(describeBackup(running!, 10)).toContain('128 MB of 512 MB');
  expect(backups[0]?.repositoryBytes).toBeUndefined();
});

test.each([
  ['before the files are listed', '"size":537266913,"size-cplt":134316728', '"size":0,"size-cplt":0'],
  ['without what is done', ',"size-cplt":134316728', ''],
])('no percentage %s', (_, from, to) => {
  expect(changed(from, to).running).toMatchObject({ percent: undefined });
});

test('a system identifier keeps digits that a number would lose', () => {
  expect(JSON.stringify(read(infoWithoutBackups).databases)).toContain('"7710577755734573251"');
});

test('a stanza that is new, or missing, is told apart by its status', () => {
  expect(read(infoWithoutBackups)).toMatchObject({
    status: { code: 2 },
    running: undefined,
    archives: [{ id: '17-1', min: null, max: null }],
    backups: [],
  });
  expect(read(infoWithoutStanza)).toMatchObject({ status: { code: 1 }, databases: [], archives: [] });
});

test('a stanza that is not listed is undefined', () => {
  expect(parseInfo('[]', 'shop')).toBeUndefined();
  expect(parseInfo(infoOf245, 'other')).toBeUndefined();
});

test('what an answer may lack is undefined, or empty', () => {
  const offline = changed('"lsn":{"start":"0/A000028","stop":"0/B000050"},', '');
  expect(offline.backups[0]).toMatchObject({ startLsn: undefined, stopLsn: undefined });
  const nulls = changed(
    '"archive":{"start":"00000001000000000000000A","stop":"00000001000000000000000B"}',
    '"archive":{"start":null,"stop":null}',
  );
  expect(nulls.backups[0]).toMatchObject({ startWal: undefined, stopWal: undefined });
  expect(changed('"error":false,', '').backups[0]?.hasPageErrors).toBeUndefined();
  expect(changed('"lock":{"backup":{"held":true,"size":537266913,"size-cplt":134316728}},', '').running).toBe(
    undefined,
  );
  expect(
    changed('"max":"00000001000000000000000B","min":"000000010000000000000003"', '"x":1').archives,
  ).toEqual([{ id: '17-1', min: null, max: null }]);
});

test('backups without WAL positions are still listed', () => {
  const offline = changed(
    '"archive":{"start":"00000001000000000000000A","stop":"00000001000000000000000B"},',
    '',
  );

  expect(offline.backups).toHaveLength(1);
});

test('backups come oldest first', () => {
  const [first] = infoOf245.matchAll(/\{"archive":\{"start".*?"type":"full"\},/g);
  const turned = infoOf245
    .replace(first![0], '')
    .replace('"type":"diff"}]', `"type":"diff"},${first![0].slice(0, -1)}]`);

  expect(read(turned).backups.map(({ type }) => type)).toEqual(['full', 'diff']);
});

test('an answer of another shape is refused', () => {
  expect(() => parseInfo('{}', 'shop')).toThrow('Expected Array');
});
