import { expect, test } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { refuseStalePlan } from '../../../src/up/stale-plan.ts';

const now = (host: string, change: string, ...lines: readonly string[]) => ({
  host,
  change,
  lines,
  step: 'x',
  disrupts: false,
});

test('a plan that is still the same is accepted', () => {
  expect(() => refuseStalePlan([now('pg1', 'a', '+ x')], [now('pg1', 'a', '+ x')])).not.toThrow();
});

test.each([
  ['a change that was not read', [], [now('pg1', 'a')], 'new: pg1: a'],
  ['a change that is gone', [now('pg1', 'a')], [], 'no more: pg1: a'],
  [
    'other lines',
    [now('pg1', 'a', '+ x')],
    [now('pg1', 'a', '+ y')],
    'no more: pg1: a\n  + x\nnew: pg1: a\n  + y',
  ],
])('%s makes it stale', (_what, accepted, found, why) => {
  expect(() => refuseStalePlan(accepted, found)).toThrow(RefusedError);
  expect(() => refuseStalePlan(accepted, found)).toThrow(expect.objectContaining({ why }));
});

test('of many differences ten are shown', () => {
  const many = Array.from({ length: 13 }, (_, index) => now('pg1', `change ${index}`));

  expect(() => refuseStalePlan([], many)).toThrow(
    expect.objectContaining({ why: expect.stringMatching(/change 9\nand 3 more$/) }),
  );
});
