// Every command that changes hosts does so with the cluster's lock.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const commands = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/\/change(-hosts)?\.ts$/.test(path))
  .map((path) => ({ path, text: readFileSync(`src/${path}`, 'utf8') }));

const imports = (name: string) =>
  new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '[./a-z]*/change(-hosts)?\\.ts`);

test('only what changes nothing carries out a plan without the lock', () => {
  const users = commands.filter(({ text }) => imports('carryOut').test(text));
  expect(users.map(({ path }) => path)).toEqual(['backup/verify-plan.ts']);
});

test('whoever takes the lock can be told to wait for it', () => {
  const takers = commands.filter(({ text }) => imports('changeHosts').test(text));
  const without = takers.filter(({ text }) => !/with(Lock|Change)Flags?\(/.test(text));
  // Their flags are added by the command that calls them.
  const parts = [
    'replication/make-replicas-command.ts',
    'restore/restore-beside-command.ts',
    'restore/restore-in-place-command.ts',
  ];
  expect(takers.length).toBeGreaterThan(3);
  expect(without.map(({ path }) => path).toSorted()).toEqual(parts.toSorted());
});
