// The directories that tablespaces are in, or will be, on a host that is to have a copy of them.

import { action, query, type Action, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import type { Instance } from '../model/instance.ts';
import { parseDisk, type Disk } from './layout.ts';

export interface TablespacePlace {
  readonly path: string;
  readonly disk: Disk;
  /** "ours": this node has, or had, the tablespace there. "orphan": a server's files, and no server has them. */
  readonly state: 'absent' | 'empty' | 'ours' | 'orphan' | 'foreign';
  /** The account that it belongs to; "none" where it is not there. */
  readonly owner: string;
  /** What is there, in a few words. */
  readonly seen: string;
}

export const tablespacePlaces = (
  { dataDirectory }: Pick<Instance, 'dataDirectory'>,
  paths: readonly string[],
): Query<readonly TablespacePlace[]> =>
  query(script('server/tablespace-places.sh', dataDirectory, ...paths), parseTablespacePlaces);

export const parseTablespacePlaces = (stdout: string): readonly TablespacePlace[] =>
  [...stdout.matchAll(/^place=(\S+ \S+ \S+) (\S+) (\S+) (.*)\nseen=(.*)$/gm)].map(
    ([, disk = '', state = '', owner = '', path = '', seen = '']) => ({
      path,
      disk: parseDisk(disk),
      state: state as TablespacePlace['state'],
      owner,
      seen: seen.trim(),
    }),
  );

/** Makes them where they are missing, for PostgreSQL alone. */
export const makeTablespacePlaces = (paths: readonly string[]): Action =>
  action(script('server/make-tablespace-places.sh', ...paths));

/** Keeps what a server that is gone has left there, each in a directory below. */
export const keepTablespaceContent = (paths: readonly string[]): Action =>
  action(script('server/keep-tablespace-content.sh', ...paths));
