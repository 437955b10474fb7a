import { expect, test } from 'vitest';
import { chooseCompression } from '../../../src/replication/clone-unit-step.ts';
import { describeClone } from '../../../src/replication/clone-report-facts.ts';

const mebi = 1024 ** 2;
const gibi = 1024 ** 3;
const streaming = 'streaming database files';

test.each([
  [
    'before the first byte the phase says more',
    'waiting for checkpoint to finish',
    0,
    null,
    1,
    'waiting for checkpoint to finish',
  ],
  ['the size is not known yet', streaming, 5 * mebi, null, 1, streaming],
  ['an empty size divides nothing', streaming, 0, 0, 1, streaming],
  ['too early to guess', streaming, 1 * mebi, gibi, 5, 'copying 1.0 MB of 1.0 GB (0 %), 205 kB/s'],
  ['too soon to guess', streaming, 512 * mebi, gibi, 0.9, 'copying 512 MB of 1.0 GB (50 %)'],
  [
    'half in 30 s leaves 30 s',
    streaming,
    512 * mebi,
    gibi,
    30,
    'copying 512 MB of 1.0 GB (50 %), 17 MB/s, 0:30 left',
  ],
  [
    'seconds have two digits',
    streaming,
    512 * mebi,
    gibi,
    65,
    'copying 512 MB of 1.0 GB (50 %), 7.9 MB/s, 1:05 left',
  ],
  [
    'hours are minutes',
    streaming,
    gibi,
    4 * gibi,
    1500,
    'copying 1.0 GB of 4.0 GB (25 %), 699 kB/s, 75:00 left',
  ],
  [
    'a database that grew is not copied twice',
    streaming,
    3 * gibi,
    2 * gibi,
    60,
    'copying 2.0 GB of 2.0 GB (100 %), 51 MB/s, 0:00 left',
  ],
  [
    'after the last byte the phase says more',
    'waiting for wal archiving to finish',
    gibi,
    gibi,
    60,
    'waiting for wal archiving to finish',
  ],
])('%s', (_reason, phase, streamedBytes, totalBytes, elapsed, text) => {
  expect(describeClone({ phase, streamedBytes, totalBytes }, elapsed)).toBe(text);
});

test.each([
  ['a large database and a free core', 256 * mebi, 2, 'server-lz4:level=1'],
  ['a small one is copied in a second anyway', 256 * mebi - 1, 16, 'none'],
  ['one core has other things to do', 100 * gibi, 1, 'none'],
  ['nobody knows how many cores there are', 100 * gibi, NaN, 'none'],
])('compression: %s', (_reason, databaseBytes, cores, compression) => {
  expect(chooseCompression({ databaseBytes, cores })).toBe(compression);
});
