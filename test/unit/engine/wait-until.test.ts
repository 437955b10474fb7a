import { expect, test } from 'vitest';
import { waitUntil } from '../../../src/engine/wait-until.ts';

test('what holds already is not waited for', async () => {
  const startedAt = Date.now();

  expect(await waitUntil(async () => true, { deadlineMs: 60_000 })).toBe(true);
  expect(Date.now() - startedAt).toBeLessThan(1000);
});

test('it looks again until the condition holds', async () => {
  let looks = 0;

  expect(await waitUntil(async () => (looks += 1) === 3, { deadlineMs: Infinity })).toBe(true);
  expect(looks).toBe(3);
});

test('the last look is at the deadline, not before it', async () => {
  const startedAt = Date.now();
  const looks: number[] = [];

  const held = await waitUntil(
    async () => {
      looks.push(Date.now() - startedAt);
      return false;
    },
    { deadlineMs: 50 },
  );

  expect(held).toBe(false);
  expect(looks.length).toBeGreaterThanOrEqual(3);
  expect(looks.at(-1)).toBeGreaterThanOrEqual(49);
});

test('a deadline that has passed still allows one look', async () => {
  let looks = 0;

  expect(await waitUntil(async () => (looks += 1) > 1, { deadlineMs: 0 })).toBe(false);
  expect(looks).toBe(1);
});

test('a condition that throws ends the waiting', async () => {
  const failing = waitUntil(() => Promise.reject(new Error('unit failed')), { deadlineMs: 60_000 });

  await expect(failing).rejects.toThrow('unit failed');
});
