import { expect, test } from 'vitest';
import { places } from '../../../src/probe/places.ts';

const never = new AbortController().signal;
const longMs = 60_000;

/** Names, as they get in. */
function queue(limit: number, patienceMs: number, deadline = never) {
  const enter = places(limit, { firstMs: patienceMs, nextMs: patienceMs }, deadline);
  const inside: string[] = [];
  const join = async (name: string) => {
    const place = await enter();
    inside.push(name);
    return place;
  };
  return { inside, join };
}

test('as many as there are places get in, the others in their order when one leaves', async () => {
  const { inside, join } = queue(2, longMs);
  const [first, second] = await Promise.all([join('pg1'), join('pg2')]);
  const later = [join('pg3'), join('pg4')];
  await expect.poll(() => inside).toEqual(['pg1', 'pg2']);

  first.leave();
  first.leave();
  const third = await later[0]!;

  expect(inside).toEqual(['pg1', 'pg2', 'pg3']);
  second.leave();
  third.leave();
  (await later[1]!).leave();
  expect(inside).toEqual(['pg1', 'pg2', 'pg3', 'pg4']);
});

test('a silent one loses its place, and gives none back when it leaves', async () => {
  const { inside, join } = queue(1, 20);
  const silent = await join('silent');

  const living = await join('living');
  silent.leave();
  const keepsIt = setInterval(living.stay, 5);
  const next = join('next');
  await new Promise((wake) => setTimeout(wake, 60));

  expect(inside).toEqual(['silent', 'living']);
  clearInterval(keepsIt);
  living.leave();
  (await next).leave();
});

test('after the deadline nobody waits', async () => {
  const deadline = new AbortController();
  const { inside, join } = queue(1, longMs, deadline.signal);
  const first = await join('pg1');
  const later = [join('pg2'), join('pg3')];

  deadline.abort();
  const all = [first, ...(await Promise.all(later)), await join('pg4')];

  expect(inside).toEqual(['pg1', 'pg2', 'pg3', 'pg4']);
  for (const place of all) place.leave();
});
