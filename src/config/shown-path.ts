import { isAbsolute, relative } from 'node:path';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A local path as people type it: relative to where they are, when it lies there or below. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** `~/x` in the home of the user; every other path as it is. */
export const expandHome = (path: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
