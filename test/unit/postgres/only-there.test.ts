import { expect, test } from 'vitest';
import { parseDataEnd, type DataEnd } from '../../../src/postgres/data-end-query.ts';
import {
  describeOnlyThere,
  goingOn,
  onlyThere,
  sharedEnd,
  type Point,
} from '../../../src/postgres/only-there.ts';

const replica: DataEnd = {
  systemIdentifier: '7',
  timeline: 1,
  ancestors: [],
  isStandby: true,
  begin: '0/9000000',
  lsn: '0/A031650',
  lastCommit: '0/A0314B8',
  commits: 2,
  segmentBytes: 16_777_216,
};
const point = (lsn: string, timeline = 1, ancestors: Point['ancestors'] = []): Point => ({
  lsn,
  timeline,
  ancestors,
});
const fork = [{ timeline: 1, endLsn: '0/9800000' }];

test.each<[string, Partial<DataEnd>, readonly Point[], object | undefined]>([
  ['behind', {}, [point('0/A031650')], undefined],
  [
    'ahead by a checkpoint that a server makes by itself',
    { lastCommit: '0/9000100' },
    [point('0/A000000')],
    undefined,
  ],
  [
    'ahead of the archive, and the old primary has it',
    {},
    [point('0/A000000'), point('0/A031650')],
    undefined,
  ],
  [
    'ahead of both',
    { begin: '0/A000000' },
    [point('0/A000000'), point('0/9000028')],
    { from: '0/A000000', bytes: 202320, transactions: 2, isBranch: false },
  ],
  [
    'ahead, and its WAL of there is gone',
    { lastCommit: undefined, begin: '0/A031650' },
    [point('0/8000000')],
    { from: '0/8000000', transactions: undefined },
  ],
  [
    'behind the header of a WAL file',
    { lastCommit: undefined, begin: '0/A000028' },
    [point('0/A000000')],
    undefined,
  ],
  [
    'ahead of where the restored timeline left its own',
    {},
    [point('0/B000000', 2, fork)],
    { from: '0/9800000', isBranch: false },
  ],
  ['of the restored timeline', { timeline: 2, ancestors: fork }, [point('0/B000000', 2, fork)], undefined],
  [
    'promoted on its own',
    { timeline: 2, ancestors: fork },
    [point('0/B000000')],
    { from: '0/9800000', isBranch: true },
  ],
  ['of a history that nobody knows', { timeline: 5 }, [point('0/B000000')], { from: '0/0', isBranch: true }],
  ['of anything, and nothing is kept', {}, [], { from: '0/0' }],
  [
    'of a copy that led on the same timeline',
    { isStandby: false },
    [point('0/B000000')],
    { from: '0/0', isBranch: true },
  ],
  [
    'of a copy that led on a later timeline',
    { isStandby: false, timeline: 2, ancestors: fork },
    [point('0/B000000', 2, fork)],
    { from: '0/9800000', isBranch: true },
  ],
  [
    'of another timeline of the same number',
    { timeline: 2, ancestors: fork },
    [point('0/F000000', 2, [{ timeline: 1, endLsn: '0/9400000' }])],
    { from: '0/9400000', isBranch: true },
  ],
  ['of one whose history is gone', { timeline: 2, ancestors: [] }, [point('0/B000000', 2, fork)], undefined],
  [
    'ahead by a commit that crosses the end of a file',
    { begin: '0/A000000', lastCommit: '0/A000008' },
    [point('0/A000000')],
    { from: '0/A000000', transactions: 2 },
  ],
  [
    'of the same server, which led',
    { isStandby: false },
    [{ ...point('0/B000000'), isOwn: true }],
    undefined,
  ],
])('data that is %s', (_, change, points, only) => {
  const found = onlyThere({ ...replica, ...change }, points);

  if (only === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(only);
});

test('two have the same WAL up to where they part, or one of them ends', () => {
  expect(sharedEnd(replica, point('0/B000000'))).toBe('0/A031650');
  expect(sharedEnd(replica, point('0/A000000'))).toBe('0/A000000');
  expect(sharedEnd(replica, point('0/B000000', 2, fork))).toBe('0/9800000');
});

test.each([
  ['on its own timeline', '0/9800000', 2],
  ['on the one before', '0/9700000', 1],
])('data goes on after a position %s', (_, lsn, timeline) => {
  expect(goingOn({ timeline: 2, ancestors: fork }, lsn)).toEqual({ timeline, lsn });
});

test('it is said who has how much, and where', () => {
  const only = onlyThere({ ...replica, begin: '0/A000000' }, [point('0/A000000')])!;

  expect(describeOnlyThere('pg2', replica, only)).toBe(
    'only pg2 has 2 transactions, in 202320 bytes of WAL (198 kB) from 0/A000000 to 0/A031650, on timeline 1',
  );
  expect(describeOnlyThere('pg2', replica, { ...only, transactions: undefined })).toContain(
    'only pg2 has what may be transactions, in 202320 bytes',
  );
});

test('the end of data is read from its files, or why it cannot be', () => {
  const said = [
    'identifier=7',
    'was=shut down',
    'segment=16777216',
    'begin=0/C000120',
    'end=0/D000060',
    'commits=0',
    'last=',
    'timeline=2',
    'history=1\t0/A000000\tno recovery target specified',
  ];

  expect(parseDataEnd('')).toBeUndefined();
  expect(parseDataEnd('problem=it has no control file\n')).toEqual({ problem: 'it has no control file' });
  expect(parseDataEnd(`${said.join('\n')}\n`)).toEqual({
    systemIdentifier: '7',
    timeline: 2,
    ancestors: [{ timeline: 1, endLsn: '0/A000000' }],
    isStandby: false,
    begin: '0/C000120',
    lsn: '0/D000060',
    lastCommit: undefined,
    commits: 0,
    segmentBytes: 16_777_216,
  });
  expect(parseDataEnd([...said, 'standby=yes'].join('\n'))).toMatchObject({ isStandby: true });
  const fallen = said.map((line) => line.replace('shut down', 'in archive recovery'));
  expect(parseDataEnd(fallen.join('\n'))).toMatchObject({ isStandby: true });
});
