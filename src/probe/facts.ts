// What probe saw, as plain data. database/ and operations/ make it; the files beside this one judge it.

import * as v from 'valibot';
import type { ArchiverView } from '../postgres/archiving.ts';
import type { Lag } from '../postgres/lag.ts';
import type { Node, RoleKind } from '../model/cluster.ts';

/** Why a connection or a login failed, decided by error codes and SQLSTATEs, never by text. */
export type FailureKind =
  | 'refused'
  | 'timeout'
  | 'not-asked'
  | 'dns'
  | 'no-route'
  | 'closed'
  | 'no-tls'
  | 'tls-name'
  | 'tls-ca'
  | 'tls-date'
  | 'too-many'
  | 'starting-up'
  | 'auth'
  | 'hba'
  | 'no-login'
  | 'permission'
  | 'no-database'
  | 'other';

export interface Failure {
  readonly kind: FailureKind;
  /** SQLSTATE or Node's error code, when there is one. */
  readonly code?: string | undefined;
  /** What the server or the operating system said, as evidence for people. */
  readonly detail: string;
}

export type Login = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };

/** Something tried inside a transaction that is rolled back. */
export type Attempt =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: string; readonly detail: string };

const text = v.nullable(v.string());
const number = v.nullable(v.number());

/** What any role may read about a server. */
export const ServerState = v.object({
  inRecovery: v.boolean(),
  /** server_version_num: 150018. */
  versionNumber: v.number(),
  /** server_version without the packager's note: "15.18". */
  version: v.string(),
  systemIdentifier: v.string(),
  timeline: v.number(),
});
export type ServerState = v.InferOutput<typeof ServerState>;

const Sender = v.object({
  application: v.string(),
  user: text,
  address: text,
  state: text,
  sync: text,
  tls: v.nullable(v.boolean()),
});
export type Sender = v.InferOutput<typeof Sender>;

const Slot = v.object({
  name: v.string(),
  type: v.string(),
  active: v.boolean(),
  /** reserved, extended, unreserved or lost; null before first use. */
  walStatus: text,
  /** Bytes that may still be written before the slot is lost; null without a limit. */
  safeBytes: number,
  /** Bytes of WAL kept because of this slot. */
  retainedBytes: number,
});
export type Slot = v.InferOutput<typeof Slot>;

const Synchronous = v.object({ names: v.string(), commit: v.string(), confirming: v.array(v.string()) });

/** What the admin (a member of pg_monitor) sees on a primary. */
export const PrimarySide = v.object({
  senders: v.array(Sender),
  slots: v.array(Slot),
  /** For whom commits wait. */
  synchronous: v.optional(Synchronous),
});
export type PrimarySide = v.InferOutput<typeof PrimarySide>;

/** What the admin sees on a replica. */
export const ReplicaSide = v.object({
  /** Null when no WAL receiver runs. */
  receiver: v.nullable(v.object({ status: v.string(), host: text, port: number, slot: text })),
  replayPaused: v.boolean(),
});
export type ReplicaSide = v.InferOutput<typeof ReplicaSide>;

/** The signal files in a server's data directory, which decide as what it starts. */
export const Signals = v.object({ standby: v.boolean(), recovery: v.boolean() });
export type Signals = v.InferOutput<typeof Signals>;

export const RoleAttributes = v.object({
  name: v.string(),
  superuser: v.boolean(),
  replication: v.boolean(),
  createRole: v.boolean(),
  createDatabase: v.boolean(),
  bypassRls: v.boolean(),
  /** Its password is past its date. */
  expired: v.boolean(),
  /** Predefined roles it belongs to that go beyond its job: pg_write_all_data, pg_execute_server_program … */
  powers: v.array(v.string()),
});
export type RoleAttributes = v.InferOutput<typeof RoleAttributes>;

/** What the reader may do with the tables of the database. Names are schema.table, at most 5. */
export interface ReaderReach {
  readonly maySelect: boolean;
  readonly writable: readonly string[];
  readonly unreadable: readonly string[];
}

export interface NodeFacts {
  readonly node: Node;
  readonly logins: Readonly<Record<RoleKind, Login>>;
  /** The replication role asking for an SQL session: it must be refused. */
  readonly replicationSql: Login;
  /** The end of the server certificate's life, milliseconds since 1970. */
  readonly certificateEnds?: number | undefined;
  /** The server stopped answering after a login had worked. */
  readonly interrupted?: Failure | undefined;
  readonly server?: ServerState | undefined;
  readonly primary?: PrimarySide | undefined;
  /** What the admin sees of a primary's archiver, where backups are configured. */
  readonly archiver?: ArchiverView | undefined;
  readonly replica?: ReplicaSide | undefined;
  /** Undefined where the admin may not see them. */
  readonly signals?: Signals | undefined;
  readonly lag?: Lag | undefined;
  readonly roles?: readonly RoleAttributes[] | undefined;
  readonly adminCreates?: Attempt | undefined;
  readonly writerWrites?: Attempt | undefined;
  /** May the reader select from a table that the writer has just made? Undefined on a replica. */
  readonly readerSeesNewTables?: boolean | undefined;
  readonly readerWrites?: Attempt | undefined;
  readonly readerReach?: ReaderReach | undefined;
}
