// What wins over the parameters of .env.cluster on a server: ALTER SYSTEM, a file that is read later, the command line.

import type { Node } from '../model/cluster.ts';
import type { Instance } from '../model/instance.ts';
import { UnverifiedError } from '../model/errors.ts';
import type { Outside } from '../postgres/file-settings.ts';

/** One parameter whose value does not come from dbctl's files. A part of the JSON of `dbctl plan`: fields may be added. */
export interface Override {
  readonly node: string;
  readonly parameter: string;
  /** What the server has. */
  readonly value: string;
  /** What dbctl's files say. */
  readonly wanted: string;
  readonly by: Outside['by'];
  readonly place: string;
  /** What a person types, or changes, to end it. */
  readonly end: string;
}

interface Question {
  readonly node: Node;
  readonly instance: Instance;
  /** What dbctl's files set, as it is written there. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly outside: readonly Outside[];
}

export function overridesOf({ node, instance, wanted, outside }: Question): readonly Override[] {
  return outside.flatMap(({ name, value, by, place }) => {
    const ours = wanted.get(name.toLowerCase());
    if (ours === undefined || unquoted(ours) === value) return [];
    const end = wayOut[by](instance, { name, value, by, place });
    return [{ node: node.name, parameter: name, value, wanted: unquoted(ours), by, place, end }];
  });
}

/** As postgresql.conf has it. */
const unquoted = (value: string): string =>
  value.startsWith("'") ? value.slice(1, -1).replaceAll(/''|\\\\/g, (pair) => pair[0]!) : value;

const psql = ({ port }: Instance, ...statements: readonly string[]): string =>
  `runuser -u postgres -- psql -p ${port}${statements.map((one) => ` -c '${one}'`).join('')}`;
const reload = 'select pg_reload_conf()';

const wayOut: Readonly<Record<Outside['by'], (instance: Instance, outside: Outside) => string>> = {
  'ALTER SYSTEM': (instance, { name }) => psql(instance, `alter system reset ${name}`, reload),
  role: (instance, { name, place }) => psql(instance, `alter ${place} reset ${name}`),
  file: (instance, { name, place }) => `take ${name} out of ${place}, then: ${psql(instance, reload)}`,
  'command line': ({ configDirectory }, { name }) =>
    `take ${name} out of pg_ctl_options in ${configDirectory}/pg_ctl.conf, then restart the server`,
};

/** "work_mem is 64MB, not 16MB: ALTER SYSTEM (/var/lib/…/postgresql.auto.conf:3)" */
export const overrideText = ({ parameter, value, wanted, by, place }: Override): string =>
  by === 'role'
    ? `${parameter} is ${value} for ${place}, not ${wanted}: ALTER ${place.startsWith('role') ? 'ROLE' : 'DATABASE'}`
    : `${parameter} is ${value}, not ${wanted}: ${by === 'ALTER SYSTEM' ? `${by} (${place})` : by === 'file' ? place : by}`;

/** What is set for one role or database is meant to differ from the rest; everything else keeps the file from counting. */
export const isServerWide = ({ by }: Override): boolean => by !== 'role';

/** The error for servers that do not have what the file says; undefined when all have it. */
export function overridden(overrides: readonly Override[]): UnverifiedError | undefined {
  const wide = overrides.filter(isServerWide);
  if (wide.length === 0) return undefined;
  const nodes = [...new Set(wide.map(({ node }) => node))];
  return new UnverifiedError({
    what: `PostgreSQL on ${nodes.join(', ')} does not have what .env.cluster says: other settings win`,
    why: wide.map((one) => `${one.node}: ${overrideText(one)}`).join('\n'),
    next: [
      ...wide.map((one) => `on ${one.node}: ${one.end}`),
      'or write that value into .env.cluster; then run the same command again',
    ],
  });
}
