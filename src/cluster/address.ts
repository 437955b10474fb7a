import { isIP } from 'node:net';

export const isIpAddress = (text: string): boolean => isIP(text) !== 0;

/** "10.0.0.11:5432", "[fd00::1]:5432". */
export const hostAndPort = ({ host, port }: { host: string; port: number }): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** The network that holds just this address: "10.0.0.11/32", "fd00::1/128". */
export const singleAddressCidr = (address: string): string => `${address}/${isIP(address) === 6 ? 128 : 32}`;
