import { homedir } from 'node:os';
import { join } from 'node:path';

/** `~/x` in the home of the user; every other path as it is. */
export const expandHome = (path: string): string =>
  path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
