// One value from all that a file says about one setting.

import { isDeepStrictEqual } from 'node:util';
import { Secret } from '../model/secret.ts';
import { InvalidSetting, shown } from './problem.ts';
import type { RawValue } from './raw-value.ts';
import type { Setting } from './setting.ts';
import { sameHost } from '../model/address.ts';
import type { NodeEntry } from './readers/host.ts';

/** A text that was given, and the value it was read as. */
export interface ReadValue {
  readonly given: RawValue;
  readonly value: unknown;
}

/**
 * The value that all of them mean. `defaultPort` is the port of a node that names none. Throws InvalidSetting when two
 * mean different things; its message shows both names, and both texts unless they are secret.
 */
export const mergeAliases = (
  setting: Setting,
  said: readonly ReadValue[],
  defaultPort: number,
): ReadValue | undefined =>
  said.reduce<ReadValue | undefined>((before, next) => {
    if (before === undefined) return next;
    const { join = onlyEqual } = setting;
    const value = join(before.value, next.value, defaultPort);
    if (value === undefined) throw disagreement(setting, before.given, next.given);
    return { given: before.given, value };
  }, undefined);

const onlyEqual = (one: unknown, other: unknown): unknown =>
  isDeepStrictEqual(plain(one), plain(other)) ? one : undefined;

const plain = (value: unknown): unknown => (value instanceof Secret ? value.reveal() : value);

function disagreement({ isSecret }: Setting, one: RawValue, other: RawValue): InvalidSetting {
  const texts = isSecret ? '' : `: ${shown(one.text)} and ${shown(other.text)}`;
  const next = [one.name, other.name].flatMap((name) => advice[name.replace(/_FILE$/, '')] ?? [])[0];
  return new InvalidSetting({
    setting: one.name,
    line: one.line,
    text: `and ${other.name} (line ${other.line}) mean the same and disagree${texts}; keep one`,
    ...(next && { next }),
  });
}

/** What is usually meant where these names disagree with others. */
const advice: Readonly<Record<string, string>> = {
  POSTGRES_SUPERUSER_PASSWORD:
    "where POSTGRES_PASSWORD is the application's password, call it POSTGRES_APP_PASSWORD",
  POSTGRES_PRIMARY_NODE:
    'where one is the name of a host and the other its address, write CLUSTER_DB_PRIMARY_HOST=name=address instead of both',
  DATABASE_URL:
    'where DATABASE_URL is for the application only, keep it in a file of its own; dbctl does not need it',
};

/** The node that both entries mean, with what either of them says; undefined when they cannot mean one node. */
export function joinNodes(one: NodeEntry, other: NodeEntry, defaultPort: number): NodeEntry | undefined {
  const samePort = (one.port ?? defaultPort) === (other.port ?? defaultPort);
  const sameName = one.name === undefined || other.name === undefined || one.name === other.name;
  if (!samePort || !sameName) return undefined;
  const host = commonHost(one, other);
  return host === undefined
    ? undefined
    : { name: one.name ?? other.name, host, port: one.port ?? other.port };
}

/** `pg1` and `pg1=10.0.0.11` are one host: the second says where it is. */
function commonHost(one: NodeEntry, other: NodeEntry): string | undefined {
  if (sameHost(one.host, other.host)) return one.host;
  if (one.name !== undefined && sameHost(one.name, other.host)) return one.host;
  if (other.name !== undefined && sameHost(other.name, one.host)) return other.host;
  return undefined;
}

/** The nodes that both lists mean, in the order of the first; undefined when they are not the same nodes. */
export function joinNodeLists(
  one: readonly NodeEntry[],
  other: readonly NodeEntry[],
  defaultPort: number,
): readonly NodeEntry[] | undefined {
  const left = [...other];
  const joined = one.flatMap((entry) => {
    const index = left.findIndex((candidate) => joinNodes(entry, candidate, defaultPort) !== undefined);
    return index === -1 ? [] : joinNodes(entry, left.splice(index, 1)[0]!, defaultPort)!;
  });
  return joined.length === one.length && left.length === 0 ? joined : undefined;
}
