// What probe saw, as plain data. database/ and operations/ make it; the files beside this one judge it.

import type { ArchiverView } from '../postgres/archiving.ts';
import type { Lag } from '../postgres/lag.ts';
import type { Node } from '../model/cluster.ts';
import type { RoleKind } from '../model/role-kind.ts';

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

/** What any role may read about a server. */
export interface ServerState {
  readonly inRecovery: boolean;
  /** server_version_num: 150018. */
  readonly versionNumber: number;
  /** server_version without the packager's note: "15.18". */
  readonly version: string;
  readonly systemIdentifier: string;
  readonly timeline: number;
}

export interface Sender {
  readonly application: string;
  readonly user: string | null;
  readonly address: string | null;
  readonly state: string | null;
  readonly sync: string | null;
  readonly tls: boolean | null;
}

export interface Slot {
  readonly name: string;
  readonly type: string;
  readonly active: boolean;
  /** reserved, extended, unreserved or lost; null before first use. */
  readonly walStatus: string | null;
  /** Bytes that may still be written before the slot is lost; null without a limit. */
  readonly safeBytes: number | null;
  /** Bytes of WAL kept because of this slot. */
  readonly retainedBytes: number | null;
}

/** What the admin (a member of pg_monitor) sees on a primary. */
export interface PrimarySide {
  readonly senders: readonly Sender[];
  readonly slots: readonly Slot[];
}

/** What the admin sees on a replica. */
export interface ReplicaSide {
  /** Null when no WAL receiver runs. */
  readonly receiver: {
    readonly status: string;
    readonly host: string | null;
    readonly port: number | null;
    readonly slot: string | null;
  } | null;
  readonly replayPaused: boolean;
}

export interface RoleAttributes {
  readonly name: string;
  readonly superuser: boolean;
  readonly replication: boolean;
  readonly createRole: boolean;
  readonly createDatabase: boolean;
  readonly bypassRls: boolean;
  /** Predefined roles it belongs to that go beyond its job: pg_write_all_data, pg_execute_server_program … */
  readonly powers: readonly string[];
}

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
  readonly lag?: Lag | undefined;
  readonly roles?: readonly RoleAttributes[] | undefined;
  readonly adminCreates?: Attempt | undefined;
  readonly writerWrites?: Attempt | undefined;
  /** May the reader select from a table that the writer has just made? Undefined on a replica. */
  readonly readerSeesNewTables?: boolean | undefined;
  readonly readerWrites?: Attempt | undefined;
  readonly readerReach?: ReaderReach | undefined;
}
