import { expect, test } from 'vitest';
import type { BackupInfo, BackupSet } from '../../../src/backup/backup-info.ts';
import { builtOn, parseVerify } from '../../../src/backup/verify-result.ts';

const sound = `2026-11-21 11:11:30.146 P00   INFO: stanza: shop
                                    status: ok
                                      archiveId: 17-1, total WAL checked: 7, total valid WAL: 7
                                        missing: 0, checksum invalid: 0, size invalid: 0, other: 0
                                      backup: 20261121-111010F, status: valid, total files checked: 1262, total valid files: 1262
                                        missing: 0, checksum invalid: 0, size invalid: 0, other: 0
2026-11-21 11:11:30.147 P00   INFO: verify command end: completed successfully (728ms)
`;

const damaged = `2026-11-21 11:13:33.309 P01   INFO: invalid checksum '20261121-111010F/bundle/3'
2026-11-21 11:13:47.974 P02   INFO: invalid result 17-1/0000000100000000/000000010000000000000007-8aa1.zst: [29] raised from local-2 protocol: zst error
                                        [FormatError] on 2 retries from 9-15021ms: zst error: [-20] Data corruption detected
2026-11-21 11:13:47.974 P00   INFO: stanza: shop
                                    status: error
                                      archiveId: 17-1, total WAL checked: 8, total valid WAL: 7
                                        missing: 0, checksum invalid: 0, size invalid: 0, other: 1
                                      backup: 20261121-111010F, status: invalid, total files checked: 1262, total valid files: 1261
                                      backup: 20261121-111010F_20261121-111032I, status: valid, total files checked: 1262, total valid files: 1262
2026-11-21 11:13:47.975 P00   INFO: verify command end: completed successfully (15204ms)
`;

test('a sound repository is told with what was read', () => {
  expect(parseVerify(sound)).toEqual({
    isSound: true,
    isToldInFull: true,
    files: [],
    backups: [],
    checkedWal: 7,
    checkedFiles: 1262,
  });
});

test('damage is told by file and by backup, though pgBackRest ends with 0', () => {
  expect(parseVerify(damaged)).toEqual({
    isSound: false,
    isToldInFull: true,
    files: [
      { path: '20261121-111010F/bundle/3', problem: 'invalid checksum' },
      {
        path: '17-1/0000000100000000/000000010000000000000007-8aa1.zst',
        problem: 'invalid result',
      },
    ],
    backups: [{ label: '20261121-111010F', status: 'invalid' }],
    checkedWal: 8,
    checkedFiles: 2524,
  });
});

test('newer versions complain in lines of errors', () => {
  const said = "P01  ERROR: [028]: invalid size '20261121-111010F/bundle/1'\n                status: error\n";

  expect(parseVerify(said)).toMatchObject({
    isSound: false,
    files: [{ path: '20261121-111010F/bundle/1', problem: 'invalid size' }],
  });
});

test('without a verdict nothing is told in full', () => {
  expect(parseVerify('')).toMatchObject({ isToldInFull: false });
});

test('what builds on a damaged backup is named, down the whole chain', () => {
  const chain = [
    { label: 'A', prior: undefined },
    { label: 'A_D', prior: 'A' },
    { label: 'A_I', prior: 'A_D' },
    { label: 'B', prior: undefined },
  ] as unknown as readonly BackupSet[];

  expect(builtOn({ backups: chain } as BackupInfo, ['A'])).toEqual(['A_D', 'A_I']);
  expect(builtOn({ backups: chain } as BackupInfo, ['B'])).toEqual([]);
});
