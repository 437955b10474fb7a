// Which /24 a lab gets: the first that nothing on the machine uses. Pure: facts in, network out.

import { ConfigError } from '../model/errors.ts';
import { gatewayOf } from './lab.ts';

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
