import { expect, test } from 'vitest';
import { lagOf } from '../../../src/postgres/lag.ts';

const mark = { position: 1000, clock: 100 };
const look = (replayed: number, lastCommit: number | null, elapsed: number) => ({
  replayed,
  lastCommit,
  elapsed,
});

test.each([
  {
    reason: 'an idle primary does not make a replica old',
    first: look(1000, 20, 0.01),
    last: look(1000, 20, 0.01),
    streams: true,
    lag: { bytes: 0, seconds: 0 },
  },
  {
    reason: 'newer WAL than the mark is no negative lag',
    first: look(1500, 99, 0.01),
    last: look(1500, 99, 0.01),
    streams: true,
    lag: { bytes: 0, seconds: 0 },
  },
  {
    reason: 'a broken connection is never 0 s, even when all that was known has been replayed',
    first: look(1000, 20, 0.01),
    last: look(1000, 20, 0.01),
    streams: false,
    lag: { bytes: 0, seconds: undefined },
  },
  {
    reason: 'a replica that arrives while we look is as late as it took, not as old as its last commit',
    first: look(900, 20, 0.01),
    last: look(1000, 99.9, 0.2),
    streams: true,
    lag: { bytes: 100, seconds: 0.2 },
  },
  {
    reason: 'a replica that does not arrive is as old as its last commit, by the clock of the primary',
    first: look(900, 20, 0.01),
    last: look(900, 20, 1),
    streams: true,
    lag: { bytes: 100, seconds: 80 },
  },
  {
    reason: 'it is not younger than the time we have waited',
    first: look(900, 99.9, 0.01),
    last: look(950, 99.9, 1),
    streams: true,
    lag: { bytes: 100, seconds: 1 },
  },
  {
    reason: 'before its first commit after a restart nobody knows its age',
    first: look(900, null, 0.01),
    last: look(900, null, 1),
    streams: true,
    lag: { bytes: 100, seconds: undefined },
  },
  {
    reason: 'without the admin nobody says whether it streams, but what it replayed is proof enough',
    first: look(1000, 20, 0.01),
    last: look(1000, 20, 0.01),
    streams: undefined,
    lag: { bytes: 0, seconds: 0 },
  },
])('$reason', ({ first, last, streams, lag }) => {
  expect(lagOf(mark, first, last, streams)).toEqual(lag);
});
