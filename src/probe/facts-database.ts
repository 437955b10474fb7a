// What probe asks a server. Every answer is checked before it is believed.

import * as v from 'valibot';
import { PrimarySide, ReplicaSide, RoleAttributes, ServerState, Signals } from './facts.ts';
import { ArchiverFacts, archiverSql } from '../postgres/archiver.ts';
import { synchronousSql } from '../postgres/synchronous.ts';
import { timelineSql } from '../postgres/timeline.ts';
import type { Session } from './connection.ts';

/** What asks for one row of that form. */
const one =
  <Schema extends v.GenericSchema>(schema: Schema, sql: string) =>
  async (session: Session): Promise<v.InferOutput<Schema>> =>
    v.parse(schema, (await session.query(sql))[0]);

/** Open to every role. */
export const readState = one(
  ServerState,
  `select pg_is_in_recovery() as "inRecovery",
       current_setting('server_version_num')::int as "versionNumber",
       split_part(current_setting('server_version'), ' ', 1) as version,
       (select system_identifier::text from pg_control_system()) as "systemIdentifier",
       ${timelineSql} as timeline`,
);

const mark = v.object({ position: v.number(), clock: v.number(), isWhole: v.boolean() });

/**
 * Where a primary is; open to every role. `isWhole` is false when the position is the edge of a page and more WAL is
 * waiting behind it: a record may cross the edge, and no replica can replay half a record. The WAL writer leaves it so
 * for a wal_writer_delay (0.2 s) after a transaction that nobody waited for, such as one that was rolled back.
 */
export const readMark = one(
  mark,
  `select (flushed - '0/0'::pg_lsn)::float8 as position,
       extract(epoch from clock_timestamp())::float8 as clock,
       mod(flushed - '0/0'::pg_lsn, current_setting('wal_block_size')::int) <> 0
         or pg_current_wal_insert_lsn() <= flushed as "isWhole"
     from (select pg_current_wal_flush_lsn() as flushed offset 0) now`,
);

/** Needs pg_monitor: without it the senders' columns are empty. */
export const readPrimarySide = one(
  PrimarySide,
  `select
       (select coalesce(json_agg(r), '[]') from (
          select application_name as application, usename as user, host(client_addr) as address,
            state, sync_state as sync, ssl as tls
          from pg_stat_replication left join pg_stat_ssl using (pid)) r) as senders,
       (select coalesce(json_agg(r), '[]') from (
          select slot_name as name, slot_type as type, active, wal_status as "walStatus",
            safe_wal_size as "safeBytes", pg_current_wal_flush_lsn() - restart_lsn as "retainedBytes"
          from pg_replication_slots where not temporary) r) as slots,
       ${synchronousSql('of this session')} as synchronous`,
);

/** Needs pg_monitor. */
export const readArchiver = one(v.object({ archiver: ArchiverFacts }), archiverSql);

/** Needs pg_monitor. */
export const readReplicaSide = one(
  ReplicaSide,
  `select pg_is_wal_replay_paused() as "replayPaused",
       (select row_to_json(r) from (
          select status, sender_host as host, sender_port as port, slot_name as slot
          from pg_stat_wal_receiver) r) as receiver`,
);

const readMayStat = one(
  v.object({ may: v.boolean() }),
  `select has_function_privilege('pg_catalog.pg_stat_file(text, boolean)', 'EXECUTE') as may`,
);

const readSignalFiles = one(
  Signals,
  `select (pg_stat_file('standby.signal', true)).size is not null as standby,
     (pg_stat_file('recovery.signal', true)).size is not null as recovery`,
);

/** Needs a privilege that `up` grants; undefined without it. */
export const readSignals = async (session: Session): Promise<Signals | undefined> =>
  (await readMayStat(session)).may ? readSignalFiles(session) : undefined;

const replayed = v.object({ replayed: v.number(), lastCommit: v.nullable(v.number()) });

/** How far a replica has replayed. Open to every role; answers 0 bytes on a server that never replayed. */
export const readReplayed = one(
  replayed,
  `select coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::float8, 0) as replayed,
       extract(epoch from pg_last_xact_replay_timestamp())::float8 as "lastCommit"`,
);

/** Open to every role. */
export const readRoles = async (
  session: Session,
  names: readonly string[],
): Promise<readonly RoleAttributes[]> =>
  v.parse(
    v.array(RoleAttributes),
    await session.query(
      `select rolname as name, rolsuper as superuser, rolreplication as replication,
         rolcreaterole as "createRole", rolcreatedb as "createDatabase", rolbypassrls as "bypassRls",
         coalesce(rolvaliduntil <= now(), false) as expired,
         array(select p.rolname::text from pg_roles p
           where p.rolname in ('pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files',
             'pg_execute_server_program')
           and pg_has_role(r.oid, p.oid, 'MEMBER') order by 1) as powers
       from pg_roles r where rolname = any ($1)`,
      [names],
    ),
  );

const systemIdentity = v.object({ systemid: v.string() });

/** The system identifier as a physical replication session tells it. */
export const identifySystem = one(systemIdentity, 'IDENTIFY_SYSTEM');
