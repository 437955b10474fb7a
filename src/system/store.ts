// What an object store needs on its host: an account, its program, its firewall, and room.

import { action, query, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';

export const hasAccount = (name: string): Query<boolean> =>
  query(sh('getent passwd -- "$1" > /dev/null && echo yes || echo no', name), (stdout) => stdout === 'yes\n');

/** An account that nobody logs in to, with a group of its own. */
export const makeAccount = (name: string): Action =>
  action([
    'useradd',
    ...['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'],
    ...['--shell', '/usr/sbin/nologin', '--', name],
  ]);

/** Where a program is in the host's PATH; undefined when it is not. */
export const programInPath = (name: string): Query<string | undefined> =>
  query(sh('command -v -- "$1" || :', name), (stdout) => stdout.trim() || undefined);

/** What kind of machine it is: "x86_64". */
export const machineKind = (): Query<string> => query(['uname', '-m'], (stdout) => stdout.trim());

/** Whether a program is there, whole: its SHA-256 stands in a file beside it. */
export const isWhole = (path: string): Query<boolean> =>
  query(
    sh('[ -x "$1" ] && [ "$(sha256sum < "$1")" = "$(cat -- "$1.sha256")  -" ] && echo yes || echo no', path),
    (stdout) => stdout === 'yes\n',
  );

/** The rules that are loaded: who is let in by each set, and to which ports; undefined without the table. */
export const loadedFirewall = (table: string): Query<ReturnType<typeof parseFirewall>> =>
  query(sh('nft -j list table inet "$1" 2>/dev/null || echo "{}"', table), parseFirewall);

interface Item {
  readonly set?: { readonly elem?: readonly string[] };
  readonly rule?: { readonly expr: readonly { readonly match?: { readonly right: unknown } }[] };
}

function parseFirewall(stdout: string) {
  const { nftables } = JSON.parse(stdout) as { nftables?: readonly Item[] };
  if (nftables === undefined) return undefined;
  return {
    allowed: nftables.flatMap(({ set }) => set?.elem ?? []).toSorted(),
    ports: nftables.flatMap(({ rule }) => (rule ? [Number(rule.expr[0]?.match?.right)] : [])),
  };
}

export interface Space {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** How much room there is where a path is, or will be. */
export const spaceAt = (path: string): Query<Space> =>
  query(sh('d=$1; while [ ! -d "$d" ]; do d=$(dirname "$d"); done; df -Pk "$d"', path), (stdout) => {
    const [, total, , free] = stdout.split('\n')[1]!.split(/\s+/).map(Number);
    return { totalBytes: total! * 1024, freeBytes: free! * 1024 };
  });
