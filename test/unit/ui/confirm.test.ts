import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { UnconfirmedError } from '../../../src/model/errors.ts';
import { confirmByName } from '../../../src/ui/confirm.ts';

/** A person who types this, at a terminal or into a pipe. */
function typing(text: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  input.end(text);
  const terminal = new PassThrough();
  return { input, terminal, shown: () => String(terminal.read() ?? '') };
}

test('the name, typed, is consent', async () => {
  const { shown, ...at } = typing('pg2\n');

  await confirmByName('pg2', 'pg2 loses its data.', { yes: false, ...at });

  expect(shown()).toMatch(/^pg2 loses its data\.\ntype pg2 to continue:  /);
});

test.each(['pg3\n', 'y\n', '\n', ''])('%j is no consent', async (text) => {
  const { shown: _, ...at } = typing(text);

  await expect(confirmByName('pg2', 'pg2 loses its data.', { yes: false, ...at })).rejects.toThrow(
    UnconfirmedError,
  );
});

test('nobody is asked where there is no terminal, and the exit code says so', async () => {
  const { shown, ...at } = typing('pg2\n', false);

  const asked = confirmByName('pg2', 'pg2 loses its data.', { yes: false, ...at });

  await expect(asked).rejects.toMatchObject({ exitCode: 8, why: expect.stringContaining('no terminal') });
  expect(shown()).toBe('');
});

test('--yes asks nothing', async () => {
  const { shown, ...at } = typing('', false);

  await confirmByName('pg2', 'pg2 loses its data.', { yes: true, ...at });

  expect(shown()).toBe('');
});
