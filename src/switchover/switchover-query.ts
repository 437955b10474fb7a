// What a primary and its replicas say before the one gives way to the other, and what is done to them then.

import * as v from 'valibot';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';
import { fieldsIn } from '../model/answers.ts';
import type { Node } from '../model/cluster.ts';
import type { Instance } from '../model/instance.ts';
import { askJson, execute, type Socket } from '../postgres/psql.ts';
import { literal } from '../postgres/sql.ts';
import { standbyParameters } from '../postgres/standby-parameters.ts';
import { timelineSql } from '../postgres/timeline.ts';

const limitsSql = `(select json_object_agg(name, setting::bigint) from pg_settings
   where name in ('max_replication_slots', ${standbyParameters.map(literal).join(', ')}))`;

const Leading = v.object({
  isInRecovery: v.boolean(),
  timeline: v.number(),
  /** The end of the WAL that is safe on disk. */
  flushLsn: v.nullable(v.string()),
  /** application_name of those that stream, and how many connections copy the data. */
  streaming: v.array(v.string()),
  copies: v.number(),
  synchronousNames: v.string(),
  /** application_name of those that confirm commits. */
  confirming: v.array(v.string()),
  /** Transactions that are prepared, and slots of logical replication, by name. */
  prepared: v.array(v.string()),
  logicalSlots: v.array(v.string()),
  limits: v.record(v.string(), v.number()),
});
export type Leading = v.InferOutput<typeof Leading>;

/** The node that is to give way. */
export const leadingFacts = (socket: Socket): Query<Leading> =>
  askJson(
    socket,
    `select json_build_object(
       'isInRecovery', pg_is_in_recovery(),
       'timeline', ${timelineSql},
       'flushLsn', case when pg_is_in_recovery() then null else pg_current_wal_flush_lsn() end,
       'streaming', (select coalesce(json_agg(application_name), '[]') from pg_stat_replication where state = 'streaming'),
       'copies', (select count(*) from pg_stat_replication where state = 'backup'),
       'synchronousNames', current_setting('synchronous_standby_names'),
       'confirming', (select coalesce(json_agg(application_name), '[]') from pg_stat_replication
         where sync_state in ('sync', 'quorum')),
       'prepared', (select coalesce(json_agg(gid), '[]') from pg_prepared_xacts),
       'logicalSlots', (select coalesce(json_agg(slot_name), '[]') from pg_replication_slots where slot_type = 'logical'),
       'limits', ${limitsSql})`,
    (value) => v.parse(Leading, value),
  );

const Following = v.object({
  isInRecovery: v.boolean(),
  timeline: v.nullable(v.number()),
  replayLsn: v.nullable(v.string()),
  /** Up to where its WAL is safe on its disk. */
  receivedLsn: v.nullable(v.string()),
  isPaused: v.boolean(),
  /** recovery_min_apply_delay, in milliseconds. */
  delayMs: v.number(),
  synchronousNames: v.string(),
  slots: v.array(v.string()),
  limits: v.record(v.string(), v.number()),
});
export type Following = v.InferOutput<typeof Following>;

/** A node that may take over. */
export const followingFacts = (socket: Socket): Query<Following> =>
  askJson(
    socket,
    `select json_build_object(
       'isInRecovery', pg_is_in_recovery(),
       'timeline', ${timelineSql},
       'replayLsn', pg_last_wal_replay_lsn(),
       'receivedLsn', greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()),
       'isPaused', case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end,
       'synchronousNames', current_setting('synchronous_standby_names'),
       'delayMs', (select setting::bigint from pg_settings where name = 'recovery_min_apply_delay'),
       'slots', (select coalesce(json_agg(slot_name), '[]') from pg_replication_slots),
       'limits', ${limitsSql})`,
    (value) => v.parse(Following, value),
  );

/** How a server ended, by its control file. */
export interface Ended {
  /** "shut down" is a clean end of a primary. */
  readonly state: string;
  /** Where its last checkpoint begins; behind a clean end comes nothing. */
  readonly checkpointLsn: string;
}

export const endedFacts = ({ dataDirectory, binDirectory }: Instance): Query<Ended> =>
  query(script('switchover/ended.sh', dataDirectory, binDirectory), (stdout) => {
    const { of } = fieldsIn(stdout);
    return { state: of('state'), checkpointLsn: of('checkpoint') };
  });

/** Makes the next start of a server that has stopped one of a replica, safe on disk before this ends. */
export const makeStandby = ({ dataDirectory }: Instance): Action =>
  action(script('switchover/make-standby.sh', dataDirectory));

/** Takes that back. */
export const makePrimaryAgain = ({ dataDirectory }: Instance): Action =>
  action(script('switchover/make-primary-again.sh', dataDirectory));

/** Whether a server answers at an address, if only that it is starting; asked from another host. */
export const answersAt = ({ binDirectory }: Instance, { host, port }: Node): Query<boolean> =>
  query(
    sh(
      '"$1/pg_isready" -q -t 5 -h "$2" -p "$3" -U postgres -d postgres; [ $? -gt 1 ] || echo yes',
      binDirectory,
      host,
      String(port),
    ),
    (stdout) => stdout.includes('yes'),
  );

/** Makes the slots of those that will follow, and ends recovery. Waits a minute for its end. */
export const promote = (socket: Socket, slots: readonly string[]): Action =>
  execute(socket, [
    ...slots.map(
      (slot) =>
        `select pg_create_physical_replication_slot(${literal(slot)}, true)
         where not exists (select from pg_replication_slots where slot_name = ${literal(slot)})`,
    ),
    'select pg_promote(true, 60)',
  ]);
