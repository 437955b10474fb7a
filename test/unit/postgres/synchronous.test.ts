import { expect, test } from 'vitest';
import { commitsWait, confirmsAlone, neededConfirmations } from '../../../src/postgres/synchronous.ts';

test.each([
  ['', 'on', 0],
  ['pg2', 'on', 1],
  ['pg2, pg3', 'remote_apply', 1],
  ['FIRST 1 (pg2)', 'on', 1],
  ['first 2 (pg2, pg3, pg4)', 'on', 2],
  ['ANY 2 (pg2, pg3, pg4)', 'remote_write', 2],
  ['2 (pg2, pg3)', 'on', 2],
  ['*', 'on', 1],
  ['FIRST 1 (pg2)', 'local', 0],
  ['FIRST 1 (pg2)', 'off', 0],
])('%j with synchronous_commit = %s needs %i', (names, commit, needed) => {
  expect(neededConfirmations({ names, commit })).toBe(needed);
});

test('commits wait while too few confirm them', () => {
  const view = { names: 'ANY 2 (pg2, pg3)', commit: 'on' };

  expect(commitsWait({ ...view, confirming: ['pg2', 'pg3'] })).toBeUndefined();
  expect(commitsWait({ ...view, confirming: ['pg2'] })).toBe(
    'commits wait: synchronous_standby_names is ANY 2 (pg2, pg3), so 2 replicas must confirm them, and only 1 of them does',
  );
  expect(commitsWait({ names: 'pg2', commit: 'on', confirming: [] })).toContain('and none does');
});

test('a file that asks for more than the primary alone is not content with it', () => {
  const alone = { names: '', commit: 'on', confirming: [] };

  expect(confirmsAlone('on', alone)).toContain('on the primary alone');
  expect(confirmsAlone('on', { ...alone, names: 'pg2' })).toBeUndefined();
  expect(confirmsAlone(undefined, alone)).toBeUndefined();
});
