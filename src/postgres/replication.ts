// Streaming replication as the primary and a replica see it.

import * as v from 'valibot';
import type { Query, Action } from '../host/command.ts';
import { askJson, execute, type Socket } from './psql.ts';
import { literal } from './sql.ts';

const Primary = v.object({
  isInRecovery: v.boolean(),
  /** A 64-bit number, as text. */
  systemIdentifier: v.string(),
  databaseBytes: v.number(),
  /** The end of the WAL that is safe on disk. */
  flushLsn: v.nullable(v.string()),
  /** max_wal_senders, and how many of them are in use. */
  senders: v.object({ limit: v.number(), inUse: v.number() }),
  /** Those that have a directory of their own. */
  tablespaces: v.array(v.object({ oid: v.string(), name: v.string(), path: v.string(), bytes: v.number() })),
});
export type PrimaryFacts = v.InferOutput<typeof Primary>;

/** What a clone has to know about the server it is made from. */
export const primaryFacts = (socket: Socket): Query<PrimaryFacts> =>
  askJson(
    socket,
    `select json_build_object(
       'isInRecovery', pg_is_in_recovery(),
       'systemIdentifier', (select system_identifier::text from pg_control_system()),
       'databaseBytes', (select coalesce(sum(pg_database_size(oid)), 0)::bigint from pg_database),
       'tablespaces', (select coalesce(json_agg(json_build_object('oid', oid::text, 'name', spcname, 'path', path,
            'bytes', coalesce(pg_tablespace_size(oid), 0)) order by oid), '[]')
          from pg_tablespace, pg_tablespace_location(oid) as path where path ^@ '/'),
       'senders', json_build_object('limit', current_setting('max_wal_senders')::int,
          'inUse', (select count(*) from pg_stat_replication)),
       'flushLsn', case when pg_is_in_recovery() then null else pg_current_wal_flush_lsn()::text end)`,
    (value) => v.parse(Primary, value),
  );

const Slot = v.nullable(
  v.object({
    active: v.boolean(),
    /** Whether it keeps WAL for its replica. One that was invalidated never does again, even while it is in use. */
    isValid: v.boolean(),
  }),
);
export type SlotFacts = v.InferOutput<typeof Slot>;

// PostgreSQL 17 says why a slot was invalidated. Before that, one in use is only called "unreserved", as are slots close
// to their limit; those have no room left, though.
export const slotFacts = (socket: Socket, name: string): Query<SlotFacts> =>
  askJson(
    socket,
    `select coalesce((select json_build_object('active', active, 'isValid',
         wal_status is null or not (wal_status = 'lost' or to_jsonb(s) ->> 'invalidation_reason' is not null
           or wal_status = 'unreserved' and coalesce(safe_wal_size, 1) > 0))
       from pg_replication_slots s where slot_name = ${literal(name)}), 'null')`,
    (value) => v.parse(Slot, value),
  );

/**
 * Makes a physical slot that keeps WAL from this moment, in place of the one of that name. A replica that uses the old
 * one is disconnected, and comes back by itself.
 */
export const replaceSlot = (socket: Socket, name: string): Action =>
  execute(socket, [endSlot(name), `select pg_create_physical_replication_slot(${literal(name)}, true)`]);

const endSlot = (name: string): string => `do $do$ begin
       for attempt in 1..20 loop
         perform pg_terminate_backend(active_pid, 10000) from pg_replication_slots
           where slot_name = ${literal(name)} and active;
         begin
           perform pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ${literal(name)};
           exit;
         exception when object_in_use then null;
         end;
       end loop;
     end $do$`;

/** Ends whatever a replica has on its primary: its connections, and its slot, in use or not. */
export const endReplication = (socket: Socket, applicationName: string, slot: string): Action =>
  execute(socket, [
    `select pg_terminate_backend(pid, 10000) from pg_stat_replication where application_name = ${literal(applicationName)}`,
    endSlot(slot),
  ]);

/** Drops a slot that nobody uses; does nothing when there is none. */
export const dropSlot = (socket: Socket, name: string): Action =>
  execute(socket, [
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots
     where slot_name = ${literal(name)} and not active`,
  ]);

/** Slots that dbctl made for replicas, and that nobody uses. */
export const unusedSlots = (socket: Socket): Query<readonly string[]> =>
  askJson(
    socket,
    `select coalesce(json_agg(slot_name order by slot_name), '[]') from pg_replication_slots
     where slot_name ^@ 'dbctl_' and slot_type = 'physical' and not active and pg_is_in_recovery()`,
    (value) => v.parse(v.array(v.string()), value),
  );

const Progress = v.nullable(
  v.object({ phase: v.string(), streamedBytes: v.number(), totalBytes: v.nullable(v.number()) }),
);
export type CloneProgress = v.InferOutput<typeof Progress>;

/** How far the clone of one replica is, as the primary sees it; null when none is running. */
export const cloneProgress = (socket: Socket, applicationName: string): Query<CloneProgress> =>
  askJson(
    socket,
    `select coalesce((select json_build_object('phase', p.phase, 'streamedBytes', p.backup_streamed, 'totalBytes', p.backup_total)
       from pg_stat_progress_basebackup p join pg_stat_replication r using (pid)
       where r.application_name = ${literal(applicationName)} limit 1), 'null')`,
    (value) => v.parse(Progress, value),
  );

const Sender = v.nullable(
  v.object({
    state: v.string(),
    clientAddress: v.nullable(v.string()),
    ssl: v.boolean(),
    syncState: v.string(),
    lagBytes: v.number(),
  }),
);
export type SenderFacts = v.InferOutput<typeof Sender>;

/** The primary's view of a replica; null when the replica is not connected. */
export const senderFacts = (socket: Socket, applicationName: string): Query<SenderFacts> =>
  askJson(
    socket,
    `select coalesce((select json_build_object('state', r.state, 'clientAddress', r.client_addr, 'ssl', s.ssl,
         'syncState', r.sync_state, 'lagBytes', coalesce(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), r.replay_lsn), 0)::bigint)
       from pg_stat_replication r join pg_stat_ssl s using (pid)
       where r.application_name = ${literal(applicationName)} and r.state in ('startup', 'catchup', 'streaming') limit 1), 'null')`,
    (value) => v.parse(Sender, value),
  );

const Standbys = v.object({ senders: v.array(v.string()), synchronousNames: v.string() });
export type StandbyFacts = v.InferOutput<typeof Standbys>;

/** Who streams from a server, by application_name, and for whom its commits wait. */
export const standbyFacts = (socket: Socket): Query<StandbyFacts> =>
  askJson(
    socket,
    `select json_build_object(
       'senders', (select coalesce(json_agg(application_name), '[]') from pg_stat_replication
         where state in ('startup', 'catchup', 'streaming')),
       'synchronousNames', current_setting('synchronous_standby_names'))`,
    (value) => v.parse(Standbys, value),
  );

const Replica = v.object({
  isInRecovery: v.boolean(),
  receiver: v.nullable(
    v.object({ status: v.string(), senderHost: v.nullable(v.string()), slot: v.nullable(v.string()) }),
  ),
  replayLsn: v.nullable(v.string()),
  primaryConninfo: v.string(),
  primarySlotName: v.string(),
  systemIdentifier: v.string(),
});
export type ReplicaFacts = v.InferOutput<typeof Replica>;

/** A replica's own view. */
export const replicaFacts = (socket: Socket): Query<ReplicaFacts> =>
  askJson(
    socket,
    `select json_build_object(
       'isInRecovery', pg_is_in_recovery(),
       'receiver', (select json_build_object('status', status, 'senderHost', sender_host, 'slot', slot_name) from pg_stat_wal_receiver),
       'replayLsn', pg_last_wal_replay_lsn()::text,
       'primaryConninfo', current_setting('primary_conninfo'),
       'primarySlotName', current_setting('primary_slot_name'),
       'systemIdentifier', (select system_identifier::text from pg_control_system()))`,
    (value) => v.parse(Replica, value),
  );

/** The one thing that also a badly damaged server can tell: whether it takes no writes of its own. */
export const isInRecovery = (socket: Socket): Query<boolean> =>
  askJson(socket, 'select to_json(pg_is_in_recovery())', (value) => v.parse(v.boolean(), value));

/** How many bytes a replica's replay is behind a position; 0 or less when it is past it. */
export const bytesBehind = (socket: Socket, lsn: string): Query<number> =>
  askJson(
    socket,
    `select to_json(pg_wal_lsn_diff(${literal(lsn)}, coalesce(pg_last_wal_replay_lsn(), '0/0'))::bigint)`,
    (value) => v.parse(v.number(), value),
  );

/** Whether the primary has removed the WAL that follows a position (compared by file, whatever the timeline). */
export const isWalGone = (socket: Socket, lsn: string): Query<boolean> =>
  askJson(
    socket,
    `select to_json(coalesce(
       (select min(substr(name, 9)) from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$')
         > substr(pg_walfile_name(${literal(lsn)}::pg_lsn + 1), 9), false))`,
    (value) => v.parse(v.boolean(), value),
  );
