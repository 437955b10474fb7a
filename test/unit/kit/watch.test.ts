import { expect, test } from 'vitest';
import { watch } from '../../../src/kit/watch.ts';
import { UnreachableError } from '../../../src/model/errors.ts';

/** Looks until the rounds are used up; then somebody presses Ctrl-C. */
async function watched(
  rounds: readonly (() => string)[],
  { isTTY = false, isJson = false } = {},
): Promise<{ readonly out: string; readonly problems: string }> {
  let [out, problems, round] = ['', '', 0];
  const look = async (): Promise<string> => {
    const next = rounds[round];
    round += 1;
    if (next) return next();
    process.emit('SIGINT');
    return new Promise(() => {});
  };
  await watch({
    look,
    everyMs: 1,
    isJson,
    out: { isTTY, write: (text) => (out += text) },
    problems: { write: (text) => (problems += text) },
  });
  return { out: out.replaceAll(/\d{4}-\S+Z/g, '<time>'), problems };
}

test('without a terminal each look is a block with its time', async () => {
  const { out } = await watched([() => 'one\n', () => 'two\n']);

  expect(out).toBe('<time>\none\n\n<time>\ntwo\n\n');
});

test('a terminal is cleared, and says how it ends', async () => {
  const { out } = await watched([() => 'one\n'], { isTTY: true });

  expect(out).toBe('\u001B[H\u001B[2J\u001B[3J<time>, every 0.001 s; Ctrl-C ends it\none\n');
});

test('as JSON each look is one line', async () => {
  const { out } = await watched([() => '{"n":1}\n', () => '{"n":2}\n'], { isJson: true });

  expect(out).toBe('{"n":1}\n{"n":2}\n');
});

test('a look that fails is told, and the next one is taken', async () => {
  const { out, problems } = await watched([
    () => {
      throw new UnreachableError({ what: 'pg1 cannot be reached' });
    },
    () => 'two\n',
  ]);

  expect(problems).toBe('not seen: pg1 cannot be reached\n');
  expect(out).toBe('<time>\ntwo\n\n');
});

test('a bug ends it', async () => {
  const nowhere = { write: () => {} };

  const watching = watch({
    look: () => Promise.reject(new TypeError('no function')),
    everyMs: 1,
    isJson: false,
    out: nowhere,
    problems: nowhere,
  });

  await expect(watching).rejects.toThrow('no function');
});
