import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { lineSessionOver } from '../../../src/host/line-session.ts';

const streams = () => ({ input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() });

test.each(['output', 'errors'] as const)('a host that floods its %s is cut off', async (name) => {
  const sides = streams();
  const talk = lineSessionOver(sides);

  const pieces = Array.from({ length: 17 }, () => 'y'.repeat(1024 ** 2 - 1));
  for (const piece of pieces) sides[name].write(`${piece}\n`);

  await expect.poll(() => sides[name].destroyed).toBe(true);
  expect(await talk.receive()).toBeUndefined();
});

test('a host that goes on after the session was closed is cut off soon', async () => {
  const sides = streams();
  const talk = lineSessionOver(sides, 20);

  talk.close();

  expect(await talk.receive()).toBeUndefined();
  expect(sides.output.destroyed).toBe(true);
});

test('a line ends at a line feed, and nowhere else', async () => {
  const sides = streams();
  const session = lineSessionOver(sides);

  sides.output.write('one\u2028"two\r');
  sides.output.write('three"\nfour\n');

  expect(await session.receive()).toBe('one\u2028"two\rthree"');
  expect(await session.receive()).toBe('four');
});
