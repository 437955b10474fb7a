import { isIPv4, isIPv6 } from 'node:net';
import { InvalidValue, shown } from '../problem.ts';

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
