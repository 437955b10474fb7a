// Names and addresses of machines. Nothing that a shell, ssh, libpq or a file name could read as more than a name.

import { isIPv4, isIPv6 } from 'node:net';
import { InvalidValue, shown } from '../problem.ts';

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
