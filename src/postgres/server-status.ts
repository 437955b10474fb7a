import * as v from 'valibot';
import type { Query } from '../host/command.ts';
import { askJson, type Socket } from './psql.ts';
import { synchronousSql } from './synchronous.ts';
import { timelineSql } from './timeline.ts';

const ServerStatus = v.object({
  isInRecovery: v.boolean(),
  version: v.string(),
  timeline: v.number(),
  /** ISO 8601. */
  startedAt: v.string(),
  isReceiving: v.boolean(),
  databaseBytes: v.number(),
  /** Of a primary. */
  synchronous: v.optional(
    v.nullable(v.object({ names: v.string(), commit: v.string(), confirming: v.array(v.string()) })),
  ),
});
export type ServerStatus = v.InferOutput<typeof ServerStatus>;

/** What a running server says about itself. */
export const serverStatus = (socket: Socket): Query<ServerStatus> =>
  askJson(
    socket,
    `select json_build_object(
       'isInRecovery', pg_is_in_recovery(),
       'version', split_part(current_setting('server_version'), ' ', 1),
       'timeline', ${timelineSql},
       'startedAt', pg_postmaster_start_time(),
       'isReceiving', exists (select from pg_stat_wal_receiver where status = 'streaming'),
       'synchronous', case when not pg_is_in_recovery() then ${synchronousSql('of the files')} end,
       'databaseBytes', (select coalesce(sum(pg_database_size(oid)), 0)::bigint from pg_database))`,
    (value) => v.parse(ServerStatus, value),
  );
