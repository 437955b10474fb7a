import { isAbsolute, relative } from 'node:path';

/** A local path as people type it: relative to where they are, when it lies there or below. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
