// Paths on a host.

import { query, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';

/** Whether a path exists. */
export const exists = (path: string): Query<boolean> =>
  query(sh('[ -e "$1" ] && echo yes || echo no', path), (stdout) => stdout.startsWith('yes'));

/** When the newest of the files was changed, seconds since 1970; 0 when there is none. */
export const newestChange = (paths: readonly string[]): Query<number> =>
  query(sh('stat -c %.9Y -- "$@" 2>/dev/null || :', ...paths), (stdout) =>
    Math.max(0, ...stdout.split('\n').map(Number)),
  );

/** Where a path leads to, also when nothing is there yet. */
export const realPath = (path: string): Query<string> =>
  query(['readlink', '-m', '--', path], (stdout) => stdout.trim());
