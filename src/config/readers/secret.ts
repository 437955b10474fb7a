import { Secret } from '../../model/secret.ts';
import { Misfit } from '../problem.ts';
import { reader, type Reader } from './reader.ts';

const shortest = 12;
const longestBytes = 1000;

/** A password: any characters but control characters. Its messages never contain it. */
export const password: Reader<Secret> = reader('at least 12 characters; no control characters', (raw) => {
  if (/\p{Cc}/u.test(raw)) throw new Misfit('contains a control character (a line break, a tab, NUL …)');
  if (raw.length < shortest) throw new Misfit(`expected at least ${shortest} characters`);
  if (Buffer.byteLength(raw) > longestBytes) throw new Misfit(`expected at most ${longestBytes} bytes`);
  return new Secret(raw);
});
