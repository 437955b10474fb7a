// WAL on its way to the repository.

import * as v from 'valibot';
import type { Query, Action } from '../host/command.ts';
import { askJson, execute, executeAlone, ifRunning, type Socket } from './psql.ts';

/** Ends a transaction, so that every earlier time has something behind it. */
export const endTransaction = (socket: Socket): Action => execute(socket, ['select pg_current_xact_id()']);

/** Begins a new WAL file, so that the one before it can be archived. */
export const switchWal = (socket: Socket): Action => execute(socket, ['select pg_switch_wal()']);

/** The WAL file that the last record is in. */
export const currentWal = (socket: Socket): Query<string> =>
  askJson(socket, 'select to_json(pg_walfile_name(pg_current_wal_insert_lsn()))', (value) =>
    v.parse(v.string(), value),
  );

/** Whether the control file has the timeline that WAL is written on; undefined when no server answers there. */
export const isTimelineWritten = (socket: Socket): Query<boolean | undefined> =>
  ifRunning(
    socket,
    askJson(
      socket,
      `select to_json(pg_is_in_recovery() or
         (select lpad(to_hex(timeline_id), 8, '0') from pg_control_checkpoint()) =
           case when pg_is_in_recovery() then '' else lower(left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)) end)`,
      (value) => v.parse(v.boolean(), value),
    ),
  );

/** Whether a replica receives WAL of a newer timeline than its control file has; undefined when no server answers there. */
export const isOnNewerTimeline = (socket: Socket): Query<boolean | undefined> =>
  ifRunning(
    socket,
    askJson(
      socket,
      `select to_json(coalesce((select received_tli from pg_stat_wal_receiver), 0) >
         (select timeline_id from pg_control_checkpoint()))`,
      (value) => v.parse(v.boolean(), value),
    ),
  );

/** Writes every changed page, and the timeline, at full speed. */
export const checkpoint = (socket: Socket): Action => executeAlone(socket, 'checkpoint');
