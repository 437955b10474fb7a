// Names and addresses of machines. Nothing that a shell, ssh, libpq or a file name could read as more than a name.

import { isIPv4, isIPv6, isIP } from 'node:net';
import { InvalidValue, shown } from '../problem.ts';
import type { Node } from '../../model/cluster.ts';
import { ConfigError } from '../../model/errors.ts';

const hostName = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const label = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$/;
// What resolvers take for a part of an address: 22, 0x16.
const numeric = /^([0-9]+|0x[0-9a-f]*)$/i;

/** Where something listens; the port only when it was written. */
export interface Address {
  /** DNS name, IPv4 address, or IPv6 address without brackets in its shortest form. */
  readonly host: string;
  readonly port: number | undefined;
}

/** Reads `host`, `host:port`, `[v6]` and `[v6]:port`. */
export function readAddress(text: string): Address {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  if (bracketed) return { host: readIPv6(bracketed[1]!), port: readPort(bracketed[2]) };
  if (isIPv6(text)) throw new InvalidValue(`an IPv6 address needs brackets: [${shown(text).slice(1, -1)}]`);
  const [host = '', portText, ...more] = text.split(':');
  if (more.length > 0) throw new InvalidValue(`expected host or host:port, got ${shown(text)}`);
  return { host: readHost(host), port: readPort(portText) };
}

/** Reads a DNS name or an IPv4 address. */
function readHost(text: string): string {
  if (isIPv4(text)) return text;
  const labels = text.split('.');
  // A name that ends in a number is an address for every resolver: 10.0.0.256 and 127.1 are slips.
  const isName = hostName.test(text) && text.length <= 253 && !numeric.test(labels.at(-1)!);
  if (!isName || !labels.every((one) => label.test(one) && one.length <= 63)) {
    throw new InvalidValue(`expected a host name or an IP address, got ${shown(text)}`);
  }
  return text;
}

function readIPv6(text: string): string {
  if (!isIPv6(text) || text.includes('%')) {
    throw new InvalidValue(`expected an IPv6 address without zone between the brackets, got ${shown(text)}`);
  }
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new InvalidValue(`expected a port from 1 to 65535, got ${shown(text)}`);
  return port;
}

/** Reads `address[/prefix]` into the network pg_hba.conf takes: an address alone becomes /32 or /128. */
export function readCidr(text: string): string {
  const [address = '', prefixText, ...more] = text.split('/');
  const isFour = isIPv4(address);
  const isSix = isIPv6(address) && !address.includes('%');
  const width = isFour ? 32 : 128;
  const prefix = prefixText === undefined ? width : readPrefix(prefixText);
  if (!(isFour || isSix) || more.length > 0 || prefix > width) {
    throw new InvalidValue(`expected networks such as 10.0.0.0/24 separated by commas, got ${shown(text)}`);
  }
  const bits = isFour ? bitsOfFour(address) : bitsOfSix(address);
  if (prefix === 0 || (bits === 0n && prefix === width)) {
    throw new InvalidValue(
      `${shown(text)} would allow the whole internet; name the networks of your applications`,
    );
  }
  const hostBits = BigInt(width - prefix);
  const network = (bits >> hostBits) << hostBits;
  const written = isFour ? writeFour(network) : writeSix(network);
  if (network !== bits) {
    throw new InvalidValue(`${shown(text)} has bits behind its prefix; did you mean ${written}/${prefix}?`);
  }
  return `${written}/${prefix}`;
}

const readPrefix = (text: string): number => (/^(0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : Infinity);

const bitsOfFour = (address: string): bigint =>
  address.split('.').reduce((bits, byte) => (bits << 8n) + BigInt(byte), 0n);

const writeFour = (bits: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');

function bitsOfSix(address: string): bigint {
  const [head = '', tail = ''] = shortest(address).split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...middle, ...right].reduce((bits, part) => (bits << 16n) + BigInt(`0x${part}`), 0n);
}

function writeSix(bits: bigint): string {
  const digits = bits.toString(16).padStart(32, '0');
  return shortest(digits.match(/.{4}/g)!.join(':'));
}

const shortest = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** `[name=]host[:port]` as it was written. */
export interface NodeEntry extends Address {
  readonly name: string | undefined;
}

// A slot and an application_name are made from it; PostgreSQL cuts both at 63 bytes.
const nodeName = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const expectedName = 'expected a node name of lower-case letters, digits, - and _ (at most 40)';

/** Reads `[name=]host[:port]`; throws InvalidValue. */
export function readNodeEntry(text: string): NodeEntry {
  const sign = text.indexOf('=');
  const name = sign === -1 ? undefined : text.slice(0, sign);
  if (name !== undefined && !nodeName.test(name))
    throw new InvalidValue(`${expectedName}, got ${shown(name)}`);
  return { name, ...readAddress(text.slice(sign + 1)) };
}

/** Reads `name=address`, an IPv6 address with or without brackets; throws InvalidValue. */
export function readNodeAddress(text: string): { readonly name: string; readonly address: string } {
  const sign = text.indexOf('=');
  const bare = text.slice(sign + 1).replace(/^\[(.*)\]$/, '$1');
  const { name } = readNodeEntry(`${text.slice(0, sign + 1)}x`);
  if (name === undefined || !isIP(bare))
    throw new InvalidValue(`expected name=address with an IP address, got ${shown(text)}`);
  return { name, address: isIPv6(bare) ? readIPv6(bare) : bare };
}

/** Reads `[name=]host`; throws InvalidValue. */
export function readMachineEntry(text: string): NodeEntry {
  const entry = readNodeEntry(text);
  if (entry.port !== undefined)
    throw new InvalidValue(`expected [name=]host without a port, got ${shown(text)}`);
  return entry;
}

/**
 * The node an entry means. Without a name it is called after the first label of its host (`node-10-0-0-11` for an IP
 * address), followed by its port when that is not the cluster's own; the name of one node never depends on others.
 */
export function nodeFrom(entry: NodeEntry, defaultPort: number): Node {
  const port = entry.port ?? defaultPort;
  const name = entry.name ?? nameAfter(entry.host) + (port === defaultPort ? '' : `-${port}`);
  if (!nodeName.test(name)) {
    throw new InvalidValue(
      `no node name can be derived from ${shown(entry.host)}; write name=host (${expectedName})`,
    );
  }
  return { name, host: entry.host === 'local' ? 'localhost' : entry.host, port };
}

/** The name of a machine that was given none: its first DNS label, or `node-10-0-0-11`. */
export const nameAfter = (host: string): string =>
  isIP(host)
    ? `node-${host.replaceAll(/[.:]+/g, '-').replaceAll(/^-|-$/g, '')}`
    : host.split('.')[0]!.toLowerCase();

/** Reads a node from the command line: `[name=]host[:port]`. Throws ConfigError. */
export function parseNode(text: string, defaultPort: number): Node {
  try {
    return nodeFrom(readNodeEntry(text), defaultPort);
  } catch (cause) {
    if (!(cause instanceof InvalidValue)) throw cause;
    const next = ['write [name=]host[:port], for example pg2=10.0.0.12'];
    throw new ConfigError({ what: `${shown(text)} is not a node`, why: cause.message, next, cause });
  }
}
