// Paths on a host.

import { query, type Query } from '../host/command.ts';

/** Whether a path exists. */
export const exists = (path: string): Query<boolean> =>
  query(['sh', '-c', '[ -e "$1" ] && echo yes || echo no', 'sh', path], (stdout) => stdout.startsWith('yes'));

/** When the newest of the files was changed, seconds since 1970; 0 when there is none. */
export const newestChange = (paths: readonly string[]): Query<number> =>
  query(['sh', '-c', 'stat -c %.9Y -- "$@" 2>/dev/null || :', 'sh', ...paths], (stdout) =>
    Math.max(0, ...stdout.split('\n').map(Number)),
  );
