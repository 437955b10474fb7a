import { expect, test } from 'vitest';
import { synchronousText } from '../../../src/status/judge-synchronous.ts';

test.each([
  ['on', '"pg2"', ['pg2'], 'on: pg2 confirms commits'],
  [
    'quorum',
    'ANY 1 ("pg2","pg3")',
    ['pg2', 'pg3'],
    'quorum: pg2 and pg3 confirm commits, 1 of them is enough',
  ],
  ['on', '', [], 'on: no replica confirms commits: what is acknowledged is on the primary alone'],
  ['on', 'ANY 1 ("pg1", "pg2")', [], 'on: commits wait: no replica confirms them'],
  [undefined, 'pg2', ['pg2'], 'by synchronous_standby_names: pg2 confirms commits'],
] as const)('CLUSTER_SYNCHRONOUS=%s with %j and %j is told', (wanted, names, confirming, text) => {
  expect(synchronousText(wanted, { names, commit: 'on', confirming })).toBe(text);
});
