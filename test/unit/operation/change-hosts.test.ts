// Every command that changes hosts does so with the cluster's lock.

import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../../src/cli.ts';

const commands = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/\/change(-hosts)?\.ts$/.test(path))
  .map((path) => ({ path, text: readFileSync(`src/${path}`, 'utf8') }));

const imports = (name: string) =>
  new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '[./a-z]*/change(-hosts)?\\.ts`);

test('only what changes nothing carries out a plan without the lock', () => {
  const users = commands.filter(({ text }) => imports('carryOut').test(text));
  expect(users.map(({ path }) => path)).toEqual(['backup/verify-plan.ts']);
});

const everyCommand = async (words: readonly string[] = []): Promise<readonly Command[]> => {
  const here = (program: Command): Command | undefined =>
    words.reduce<Command | undefined>(
      (parent, word) => parent?.commands.find((child) => child.name() === word),
      program,
    );
  const command = here(await buildProgram(words));
  const below = (command?.commands ?? []).map((child) => everyCommand([...words, child.name()]));
  return [...(command && words.length > 0 ? [command] : []), ...(await Promise.all(below)).flat()];
};

const commandsWith = async (flag: string): Promise<readonly string[]> =>
  (await everyCommand())
    .filter(({ options }) => options.some(({ long }) => long === flag))
    .map((command) => command.name());

test('whoever takes the lock can be told to wait for it', async () => {
  const changing = await commandsWith('--dry-run');

  expect(changing.length).toBeGreaterThan(10);
  expect((await commandsWith('--lock-wait')).toSorted()).toEqual([...changing, 'drill'].toSorted());
});
