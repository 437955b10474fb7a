// Every command that changes hosts does so with the cluster's lock: that is a matter of types, which `tsc -p test` checks.

import type { Command } from 'commander';
import { expect, expectTypeOf, test } from 'vitest';
import { buildProgram } from '../../../src/cli.ts';
import type { Stage } from '../../../src/engine/run-plan.ts';
import type { ConnectOptions } from '../../../src/host/connect.ts';
import type { Host, ReadableHost } from '../../../src/host/host.ts';
import { changesNothing, type OperationHooks } from '../../../src/host/operation-hooks.ts';
import type { HostSet, withHosts } from '../../../src/host/with-hosts.ts';
import type { LookAccess } from '../../../src/kit/look-command.ts';
import type { ChangeHosts, LockedOperation } from '../../../src/operation/change-hosts.ts';

/** What the work of a look, and of an operation, is given. */
type Looking = Parameters<Parameters<typeof withHosts<void>>[2]>[0];
type Changing = Parameters<Parameters<ChangeHosts>[2]>[0];

test('hosts that are looked at have nothing that changes them, and no plan takes them', () => {
  expectTypeOf<ReturnType<Looking['get']>>().toEqualTypeOf<ReadableHost>();
  expectTypeOf<ReturnType<Looking['get']>>().not.toHaveProperty('run');
  expectTypeOf<Stage['hosts'][number]>().not.toEqualTypeOf<ReadableHost>();
  expectTypeOf<ReadableHost>().not.toExtend<Stage['hosts'][number]>();
});

test('hosts without what the lock gives are looked at alone', () => {
  type Unlocked = (machines: [], options: ConnectOptions, work: (hosts: HostSet) => Promise<void>) => unknown;
  type Locked = (
    machines: [],
    options: ConnectOptions,
    work: (hosts: HostSet) => Promise<void>,
    hooks: OperationHooks,
  ) => unknown;

  expectTypeOf<typeof withHosts>().not.toExtend<Unlocked>();
  expectTypeOf<typeof withHosts>().toExtend<Locked>();
});

test('an operation has hosts that can be changed, and the way to carry out a plan', () => {
  expectTypeOf<ReturnType<Changing['hosts']['get']>>().toEqualTypeOf<Host>();
  expectTypeOf<Changing>().toEqualTypeOf<LockedOperation>();
  expectTypeOf<LookAccess>().not.toHaveProperty('carryOut');
  expectTypeOf<LookAccess>().not.toHaveProperty('changeHosts');
});

test('what only looks refuses to change a host, even where a plan has one', async () => {
  await expect(changesNothing.assertAllowed()).rejects.toThrow('about to be changed');
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
