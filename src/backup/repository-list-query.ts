// What lies in a repository besides backups.

import * as v from 'valibot';
import { pgbackrestUser } from './pgbackrest.ts';
import type { StoredWal } from './stored-wal.ts';
import { loneQuery, type Query } from '../host/command.ts';
import { plainAnswer, type PgbackrestPlace } from './pgbackrest-query.ts';

const Entry = v.object({ type: v.string(), size: v.optional(v.number()), time: v.optional(v.number()) });

/** Every file of WAL, with .history and .backup files among them; none without a repository. */
export const storedWal = (
  place: PgbackrestPlace,
  ...options: readonly string[]
): Query<readonly StoredWal[]> =>
  loneQuery(
    plainAnswer(
      place,
      ...['--repo=1', '--recurse', '--output=json'],
      ...options,
      'repo-ls',
      `archive/${place.stanza}`,
    ),
    parseStoredWal,
    { asUser: pgbackrestUser, timeoutMs: 120_000 },
  );

/** Paths are "17-1/0000000100000000/000000010000000000000003-checksum.zst" and "17-1/00000002.history". */
export function parseStoredWal(stdout: string): readonly StoredWal[] {
  const entries = v.parse(v.record(v.string(), Entry), JSON.parse(stdout || '{}'));
  return Object.entries(entries).flatMap(([path, { type, size, time }]) => {
    const [, archiveId, name] = /^(\d+-\d+)\/(?:[0-9A-F]{16}\/)?([^/]+)$/.exec(path) ?? [];
    if (type !== 'file' || archiveId === undefined || name === undefined) return [];
    return { archiveId, name, bytes: size ?? 0, archivedAt: time ?? 0 };
  });
}
