// What `lab up` was asked for, against what is already there. Pure.

import { resolve } from 'node:path';
import { ConfigError, RefusedError } from '../model/errors.ts';
import { type Lab, gatewayOf } from './lab.ts';
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
export type UpRequest = ReturnType<typeof readRequest>;

export const defaultHosts: readonly string[] = ['control', 'pg1', 'pg2', 'pg3'];

/** Checks the flags; a bad one is a ConfigError. */
export const readRequest = (flags: UpFlags) => ({
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

const labName = /^[a-z][a-z0-9-]{0,15}$/;
const hostName = /^[a-z][a-z0-9-]{0,30}$/;
/** .10 to .254 of a /24, less what a machine can bear. */
const mostHosts = 50;

/** The name itself, or a ConfigError. */
export function checkLabName(name: string): string {
  if (labName.test(name)) return name;
  throw new ConfigError({
    what: `${JSON.stringify(name)} cannot be the name of a lab`,
    why: 'expected a letter, then at most 15 letters, digits or dashes, all lower case',
    next: ['try: dbctl lab up --name lab2'],
  });
}

/** "control,pg1" as a list. Empty, repeated and odd names are a ConfigError. */
export function parseHosts(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const bad = names.filter((name) => !hostName.test(name) || name === 'localhost' || name === 'local');
  if (bad.length > 0) {
    throw refuse(
      `these cannot be names of hosts: ${bad.map((name) => JSON.stringify(name)).join(', ')}`,
      'expected a letter, then at most 30 letters, digits or dashes, all lower case; not local or localhost',
    );
  }
  if (new Set(names).size < names.length) throw refuse('a host is named twice', text);
  if (names.length > mostHosts) throw refuse(`a lab has at most ${mostHosts} hosts`, `got ${names.length}`);
  return names;
}

const refuse = (what: string, why: string): ConfigError =>
  new ConfigError({ what, why, next: ['try: dbctl lab up --hosts control,pg1,pg2,pg3'] });

/** Tried in this order: 10.77.0-255, then 172.29.0-255, then 192.168.230-249. */
const candidates: readonly string[] = [
  ...range(0, 255).map((third) => `10.77.${third}.0/24`),
  ...range(0, 255).map((third) => `172.29.${third}.0/24`),
  ...range(230, 249).map((third) => `192.168.${third}.0/24`),
];

/**
 * `taken` are routes, addresses and other labs' networks: "10.0.0.0/8" or "10.1.2.3".
 * A network the user asked for is checked in the same way; a clash is a ConfigError.
 */
export function chooseNetwork(asked: string | undefined, taken: readonly string[]): string {
  if (asked !== undefined) return checkAsked(asked, taken);
  const free = candidates.find((candidate) => !taken.some((other) => overlap(candidate, other)));
  if (free) return free;
  throw new ConfigError({
    what: 'no private network is free for the lab',
    why: `the machine already uses: ${taken.join(', ')}`,
    next: ['name one yourself: dbctl lab up --network 10.200.1.0/24'],
  });
}

function checkAsked(asked: string, taken: readonly string[]): string {
  if (!asked.endsWith('.0/24') || parse(asked) === undefined) {
    throw new ConfigError({
      what: `${JSON.stringify(asked)} cannot be the lab's network`,
      why: 'expected an IPv4 network of 256 addresses',
      next: ['for example: dbctl lab up --network 10.77.5.0/24'],
    });
  }
  const clash = taken.find((other) => overlap(asked, other));
  if (clash === undefined) return asked;
  throw new ConfigError({
    what: `the network ${asked} is already in use on this machine`,
    why: `it overlaps ${clash}`,
    next: [
      `leave --network out: dbctl lab up chooses a free one (.1 of it, like ${gatewayOf(asked)}, is this machine)`,
    ],
  });
}

/** Do two IPv4 networks share an address? What is not IPv4 overlaps nothing. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  if (!a || !b) return false;
  const size = 2 ** (32 - Math.min(a.prefix, b.prefix));
  return Math.floor(a.start / size) === Math.floor(b.start / size);
}

function parse(network: string): { readonly start: number; readonly prefix: number } | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(network);
  if (!match) return undefined;
  const bytes = match.slice(1, 5).map(Number);
  const prefix = Number(match[5] ?? 32);
  if (bytes.some((byte) => byte > 255) || prefix > 32) return undefined;
  return { start: bytes.reduce((sum, byte) => sum * 256 + byte, 0), prefix };
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
