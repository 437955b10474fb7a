import { expect, test } from 'vitest';
import { reinitWay, type ReinitFacts, type ReinitRequest } from '../../../src/cluster/reinit.ts';

const auto = { delta: false, from: 'auto' } as const;

test.each<[string, ReinitFacts, ReinitRequest, string]>([
  ['the old data is kept', { data: 'whole', hasKeptData: false }, auto, 'aside'],
  ['what is left of it is kept, too', { data: 'absent', hasKeptData: false }, auto, 'aside'],
  [
    'only differences are fetched',
    { data: 'whole', hasKeptData: false },
    { ...auto, delta: true },
    'in place',
  ],
  [
    'without data there is nothing to compare',
    { data: 'absent', hasKeptData: false },
    { ...auto, delta: true },
    'aside',
  ],
  ['a restore that was cut off goes on', { data: 'restoring', hasKeptData: false }, auto, 'in place'],
  ['or is given up', { data: 'restoring', hasKeptData: false }, { ...auto, from: 'primary' }, 'aside'],
  ['an earlier run has made room', { data: 'absent', hasKeptData: true }, { ...auto, delta: true }, 'go on'],
])('%s', (_reason, facts, request, way) => {
  expect(reinitWay(facts, request)).toBe(way);
});
