import { expect, test } from 'vitest';
import { reinitWay, type ReinitFacts, type ReinitRequest } from '../../../src/replication/reinit.ts';

const auto = { delta: false, from: 'auto' } as const;

type Given = Pick<ReinitFacts, 'data' | 'hasKeptData'> & Partial<ReinitFacts>;

test.each<[string, Given, ReinitRequest, string]>([
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
  ['its copy is started', { data: 'whole', hasKeptData: true }, auto, 'go on'],
  [
    'its copy catches up',
    { data: 'whole', hasKeptData: true, wasStarted: true, isRunning: true },
    auto,
    'go on',
  ],
  ['its copy does not run', { data: 'whole', hasKeptData: true, wasStarted: true }, auto, 'again'],
])('%s', (_reason, facts, request, way) => {
  expect(reinitWay({ wasStarted: false, isRunning: false, ...facts }, request)).toBe(way);
});
