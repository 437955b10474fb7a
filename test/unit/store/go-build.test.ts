import { expect, test } from 'vitest';
import { memoryForSpeed } from '../../../src/store/go-build.ts';

const gibibyte = 1024 ** 3;

test.each([
  [8, 2, { GOGC: 'off', GOMEMLIMIT: '1GiB' }],
  [4, 2, {}],
  [1, 1, {}],
  [64, 64, {}],
])('with %i GiB free and %i cores', (free, cores, environment) => {
  expect(memoryForSpeed(free * gibibyte, cores)).toEqual(environment);
});
