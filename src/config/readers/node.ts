import { isIP } from 'node:net';
import type { Node } from '../../model/cluster.ts';
import { ConfigError } from '../../model/errors.ts';
import { InvalidValue, shown } from '../problem.ts';
import { readAddress, type Address } from './host.ts';

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
