// What `lab up` was asked for, against what is already there. Pure.

import { resolve } from 'node:path';
import { ConfigError, RefusedError } from '../model/errors.ts';
import { checkLabName, parseHosts } from './names.ts';
import type { Lab } from './lab.ts';
import { isRelease, releases, type Release } from './recipe.ts';

export interface UpFlags {
  readonly name: string;
  readonly hosts?: string | undefined;
  readonly network?: string | undefined;
  readonly bare?: boolean;
  readonly release?: string | undefined;
  readonly online?: boolean;
  readonly dir?: string | undefined;
}

/** What was said; undefined means "as it is, or the default". */
export interface UpRequest {
  readonly name: string;
  readonly hosts: readonly string[] | undefined;
  readonly network: string | undefined;
  readonly bare: boolean | undefined;
  readonly release: Release | undefined;
  readonly online: boolean | undefined;
  readonly directory: string | undefined;
}

export const defaultHosts: readonly string[] = ['control', 'pg1', 'pg2', 'pg3'];

/** Checks the flags; a bad one is a ConfigError. */
export const readRequest = (flags: UpFlags): UpRequest => ({
  name: checkLabName(flags.name),
  hosts: flags.hosts === undefined ? undefined : parseHosts(flags.hosts),
  network: flags.network,
  bare: flags.bare || undefined,
  release: flags.release === undefined ? undefined : checkRelease(flags.release),
  online: flags.online || undefined,
  directory: flags.dir === undefined ? undefined : resolve(flags.dir),
});

function checkRelease(text: string): Release {
  if (isRelease(text)) return text;
  throw new ConfigError({
    what: `${JSON.stringify(text)} is no Debian release that a lab can be made of`,
    why: `expected ${Object.keys(releases).join(' or ')}`,
    next: ['leave --release out for Debian 13'],
  });
}

/** A lab is not changed in place: what is asked for and different is a RefusedError. */
export function checkSame(request: UpRequest, lab: Lab): void {
  const is: Readonly<Record<keyof UpRequest, string>> = {
    name: lab.name,
    hosts: lab.hosts.map(({ name }) => name).join(','),
    network: lab.network,
    bare: String(lab.bare),
    release: lab.release,
    online: String(lab.online),
    directory: lab.directory,
  };
  const different = (Object.keys(is) as (keyof UpRequest)[]).filter(
    (key) => request[key] !== undefined && String(request[key]) !== is[key],
  );
  if (different.length === 0) return;
  throw new RefusedError({
    what: `the lab "${lab.name}" is there, and is not what was asked for`,
    why: different.map((key) => `${key}: asked for ${String(request[key])}, it has ${is[key]}`).join('\n'),
    next: [
      `remove it first: dbctl lab down --name ${lab.name}`,
      'or make a second lab: dbctl lab up --name lab2',
    ],
  });
}
