import { expect, test } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { refuseStalePlan } from '../../../src/up/stale-plan.ts';

const now = (host: string, change: string, ...lines: readonly string[]) => ({
  host,
  id: change,
  change: `make it ${change}`,
  lines,
  step: 'x',
  disrupts: false,
});

test('a plan that is still the same is accepted', () => {
  expect(() => refuseStalePlan([now('pg1', 'a', '+ x')], [now('pg1', 'a', '+ x')])).not.toThrow();
});

test('a plan of a dbctl with other words for the same change is accepted', () => {
  const before = { ...now('pg1', 'a'), change: 'do a' };

  expect(() => refuseStalePlan([before], [now('pg1', 'a')])).not.toThrow();
});

test('the same change of another thing is another change', () => {
  const [app, reader] = ['app', 'reader'].map((subject) => ({ ...now('pg1', 'role.create'), subject }));

  expect(() => refuseStalePlan([app!], [reader!])).toThrow(RefusedError);
});

test.each([
  ['a change that was not read', [], [now('pg1', 'a')], 'new: pg1: make it a'],
  ['a change that is gone', [now('pg1', 'a')], [], 'no longer planned: pg1: make it a'],
  [
    'other lines',
    [now('pg1', 'a', '+ x')],
    [now('pg1', 'a', '+ y')],
    'no longer planned: pg1: make it a\n  + x\nnew: pg1: make it a\n  + y',
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
