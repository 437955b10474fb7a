import * as v from 'valibot';
import type { Query } from '../host/command.ts';
import { askJson, ifRunning, type Socket } from './psql.ts';

export const ArchiverFacts = v.object({
  isInRecovery: v.boolean(),
  /** Whether somebody has paused the replay of WAL. */
  isReplayPaused: v.optional(v.boolean()),
  mode: v.picklist(['off', 'on', 'always']),
  command: v.string(),
  /** The file that archive_command comes from; null when it comes from none. */
  commandFile: v.optional(v.nullable(v.string())),
  library: v.string(),
  /** The newest WAL file that was archived, and when. */
  lastArchivedWal: v.nullable(v.string()),
  lastArchivedAt: v.nullable(v.number()),
  lastFailedWal: v.nullable(v.string()),
  lastFailedAt: v.nullable(v.number()),
  failedCount: v.number(),
  /** WAL files that wait to be archived. */
  waitingFiles: v.number(),
  /** The first of them that is WAL; null when none waits. */
  oldestWaiting: v.nullable(v.string()),
  /** When the one that waits longest was finished; null when none waits. */
  oldestWaitingAt: v.nullable(v.number()),
  /** Whether files that were archived, by whatever command, are still there. */
  hasArchivedFiles: v.boolean(),
  /** Bytes of one WAL file. */
  walFileBytes: v.number(),
  /** The file that is written now; null on a replica. */
  currentWal: v.nullable(v.string()),
  /** The server's clock, seconds since 1970. */
  now: v.number(),
});
export type ArchiverFacts = v.InferOutput<typeof ArchiverFacts>;

/** One row with one column, `archiver`. Needs pg_monitor. */
export const archiverSql = `select json_build_object(
   'isInRecovery', pg_is_in_recovery(),
   'isReplayPaused', case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end,
   'mode', current_setting('archive_mode'),
   'command', current_setting('archive_command'),
   'commandFile', (select sourcefile from pg_settings where name = 'archive_command'),
   'library', coalesce(current_setting('archive_library', true), ''),
   'lastArchivedWal', last_archived_wal,
   'lastArchivedAt', extract(epoch from last_archived_time),
   'lastFailedWal', last_failed_wal,
   'lastFailedAt', extract(epoch from last_failed_time),
   'failedCount', failed_count,
   'waitingFiles', waiting,
   'oldestWaiting', oldest_wal,
   'oldestWaitingAt', oldest,
   'hasArchivedFiles', archived > 0,
   'walFileBytes', (select setting::bigint from pg_settings where name = 'wal_segment_size'),
   'currentWal', case when pg_is_in_recovery() then null else pg_walfile_name(pg_current_wal_lsn()) end,
   'now', extract(epoch from clock_timestamp())) as archiver
 from pg_stat_archiver, (
   select count(*) filter (where name like '%.ready') as waiting,
     count(*) filter (where name like '%.done') as archived,
     min(left(name, 24)) filter (where name ~ '^[0-9A-F]{24}\\.ready$') as oldest_wal,
     extract(epoch from min(modification) filter (where name like '%.ready')) as oldest
   from pg_ls_archive_statusdir()) files`;

/** What PostgreSQL knows about its archiver; undefined when no server answers. */
export const archiverFacts = (socket: Socket): Query<ArchiverFacts | undefined> =>
  ifRunning(
    socket,
    askJson(socket, archiverSql, (value) => v.parse(ArchiverFacts, value)),
  );
