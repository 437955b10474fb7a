import { expect, test } from 'vitest';
import { divergenceText } from '../../../src/replication/divergence.ts';

const ancestors = [{ timeline: 1, endLsn: '0/3000148' }];
const [pg1, pg2] = [{ name: 'pg1' }, { name: 'pg2' }];

test.each([
  [
    'a clean end that the leader had received',
    { timeline: 1, lsn: '0/30000D0' },
    'pg1 was a primary, on timeline 1; pg2 has everything up to its last checkpoint (0/30000D0).',
  ],
  [
    'writes after the promotion',
    { timeline: 1, lsn: '0/4000148' },
    'pg1 was a primary, on timeline 1; pg2 left it at 0/3000148, and pg1 went on to 0/4000148: at least 16 MB of WAL that only pg1 has.',
  ],
  [
    'a timeline of its own',
    { timeline: 3, lsn: '0/4000148' },
    'pg1 was a primary, on timeline 3, which pg2 did not come from: its data may be in no other place.',
  ],
])('%s', (_, own, wanted) => {
  expect(divergenceText(pg1, own, pg2, ancestors)).toBe(wanted);
});

test('a node without a position is at the beginning', () => {
  expect(divergenceText(pg1, { timeline: 1, lsn: null }, pg2, ancestors)).toContain('has everything');
});
