import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { conversationOver } from '../../../src/host/conversation.ts';

const streams = () => ({ input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() });

test.each(['output', 'errors'] as const)('a host that floods its %s is cut off', async (name) => {
  const sides = streams();
  const talk = conversationOver(sides);

  const pieces = Array.from({ length: 17 }, () => 'y'.repeat(1024 ** 2 - 1));
  for (const piece of pieces) sides[name].write(`${piece}\n`);

  await expect.poll(() => sides[name].destroyed).toBe(true);
  expect(await talk.hear()).toBeUndefined();
});

test('a host that goes on after the farewell is cut off soon', async () => {
  const sides = streams();
  const talk = conversationOver(sides);

  talk.hangUp();

  expect(await talk.hear()).toBeUndefined();
  expect(sides.output.destroyed).toBe(true);
});
