// One value from all that a file says about one setting.

import { isDeepStrictEqual } from 'node:util';
import { Secret } from '../model/secret.ts';
import { SettingMisfit, type Given } from './given.ts';
import { shown } from './problem.ts';
import type { Setting } from './setting.ts';

/** A text that was given, and the value it was read as. */
export interface Said {
  readonly given: Given;
  readonly value: unknown;
}

/**
 * The value that all of them mean. `defaultPort` is the port of a node that names none. Throws SettingMisfit when two
 * mean different things; its message shows both names, and both texts unless they are secret.
 */
export const agreed = (setting: Setting, said: readonly Said[], defaultPort: number): Said | undefined =>
  said.reduce<Said | undefined>((before, next) => {
    if (before === undefined) return next;
    const { join = onlyEqual } = setting;
    const value = join(before.value, next.value, defaultPort);
    if (value === undefined) throw disagreement(setting, before.given, next.given);
    return { given: before.given, value };
  }, undefined);

const onlyEqual = (one: unknown, other: unknown): unknown =>
  isDeepStrictEqual(plain(one), plain(other)) ? one : undefined;

const plain = (value: unknown): unknown => (value instanceof Secret ? value.reveal() : value);

function disagreement({ isSecret }: Setting, one: Given, other: Given): SettingMisfit {
  const texts = isSecret ? '' : `: ${shown(one.text)} and ${shown(other.text)}`;
  const next = [one.name, other.name].flatMap((name) => advice[name.replace(/_FILE$/, '')] ?? [])[0];
  return new SettingMisfit({
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
