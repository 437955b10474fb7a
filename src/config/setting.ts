// One row of the table of settings.

import type { Reader } from './readers/reader.ts';

/** The sections of .env.cluster.example and the manual, in order. */
export const groups = {
  cluster: 'The cluster and its hosts',
  ssh: 'How hosts are reached',
  postgres: 'PostgreSQL',
  availability: 'Availability',
  gateways: 'Gateways',
  watching: 'Replica lag',
  backups: 'Backups',
} as const;

/** A row of the table, in its section. */
export interface Setting extends Row {
  readonly group: keyof typeof groups;
}

export interface Row<Value = unknown> {
  /** One or two sentences for .env.cluster.example and the manual. */
  readonly doc: string;
  readonly read: Reader<Value>;
  /** The text that is read when the setting is not given. Without it, and unless optional, it must be given. */
  readonly fallback?: string;
  /** May be missing. */
  readonly optional?: true;
  /** A value to show. */
  readonly example?: string;
  /** Other names that mean the same. */
  readonly aliases?: readonly string[];
  /**
   * The value that two values of `read` mean together, undefined when they disagree. Default: they must be equal.
   * A method, so that a row may say which values those are. `defaultPort` is the port of a node that names none.
   */
  join?(this: void, one: unknown, other: unknown, defaultPort: number): unknown;
  /** Never shown; `<name>_FILE` is understood. */
  readonly isSecret?: true;
}

/** A row: how its text is read, one or two sentences about it, and what else there is to say. */
export const setting = <Value, const More extends Omit<Row, 'read' | 'doc'> = { readonly example?: string }>(
  read: Reader<Value>,
  doc: string,
  more?: More,
) => ({ read, doc, ...(more as More) });
