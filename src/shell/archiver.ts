import * as v from 'valibot';
import type { Query } from './command.ts';
import { askJson, ifRunning, type Socket } from './psql.ts';

const ArchiverFacts = v.object({
  isInRecovery: v.boolean(),
  mode: v.picklist(['off', 'on', 'always']),
  command: v.string(),
  /** The newest WAL file that was archived, and when, in seconds since 1970. */
  lastArchivedWal: v.nullable(v.string()),
  lastArchivedAt: v.nullable(v.number()),
  lastFailedWal: v.nullable(v.string()),
  lastFailedAt: v.nullable(v.number()),
  failedCount: v.number(),
  /** WAL files that wait to be archived. */
  waitingFiles: v.number(),
  /** Bytes of one WAL file. */
  walFileBytes: v.number(),
  /** The file that is written now; null on a replica. */
  currentWal: v.nullable(v.string()),
  /** The server's clock, seconds since 1970. */
  now: v.number(),
});
export type ArchiverFacts = v.InferOutput<typeof ArchiverFacts>;

/** What PostgreSQL knows about its archiver; undefined when no server answers. */
export const archiverFacts = (socket: Socket): Query<ArchiverFacts | undefined> =>
  ifRunning(
    socket,
    askJson(
      socket,
      `select json_build_object(
         'isInRecovery', pg_is_in_recovery(),
         'mode', current_setting('archive_mode'),
         'command', current_setting('archive_command'),
         'lastArchivedWal', last_archived_wal,
         'lastArchivedAt', extract(epoch from last_archived_time),
         'lastFailedWal', last_failed_wal,
         'lastFailedAt', extract(epoch from last_failed_time),
         'failedCount', failed_count,
         'waitingFiles', (select count(*) from pg_ls_archive_statusdir() where name like '%.ready'),
         'walFileBytes', (select setting::bigint from pg_settings where name = 'wal_segment_size'),
         'currentWal', case when pg_is_in_recovery() then null else pg_walfile_name(pg_current_wal_lsn()) end,
         'now', extract(epoch from clock_timestamp()))
       from pg_stat_archiver`,
      (value) => v.parse(ArchiverFacts, value),
    ),
  );
