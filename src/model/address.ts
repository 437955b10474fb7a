import { isIP } from 'node:net';

const thisMachine = new Set(['local', 'localhost', '127.0.0.1', '::1']);

export const isIpAddress = (text: string): boolean => isIP(text) !== 0;

/** "10.0.0.11", "[fd00::1]": as a URL has it. */
export const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

/** "10.0.0.11:5432", "[fd00::1]:5432". */
export const hostAndPort = ({ host, port }: { host: string; port: number }): string =>
  `${bracketed(host)}:${port}`;

/** The network that holds just this address: "10.0.0.11/32", "fd00::1/128". */
export const singleAddressCidr = (address: string): string => `${address}/${isIP(address) === 6 ? 128 : 32}`;

/** True when both names are sure to mean one machine, without asking DNS. */
export const sameHost = (one: string, other: string): boolean => canonical(one) === canonical(other);

/** One spelling per host: `pg1` and `PG1` are one, so are all names of this machine. */
export function canonical(host: string): string {
  const lower = host.toLowerCase();
  return thisMachine.has(lower) ? 'localhost' : lower;
}
