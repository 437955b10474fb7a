import type { Backup } from '../../src/model/backup.ts';
import type { ArchiverView } from '../../src/postgres/archiving.ts';
import type { Cluster, Node } from '../../src/model/cluster.ts';
import type { FailureKind, NodeFacts, ServerState } from '../../src/probe/facts.ts';
import { clusterOf } from './cluster-file.ts';

export const now = Date.parse('2026-11-21T12:00:00Z');

/** The shop with two replicas, at home on an operator's machine. */
export const cluster: Cluster = {
  ...clusterOf({
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13',
    CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
    POSTGRES_DB: 'app',
    POSTGRES_USER: 'app_admin',
    POSTGRES_APP_USER: 'app_writer',
    POSTGRES_READONLY_USER: 'app_reader',
  }),
  lagLimits: { warnSeconds: 5, maxSeconds: 30 },
  caCertificateFile: '/home/ops/shop-ca.crt',
  file: '/home/ops/.env.cluster',
};
export const [pg1, pg2, pg3] = cluster.nodes as readonly [Node, Node, Node];

/** The same cluster with backups; what they are like is nothing to probe. */
export const backedUp: Cluster = { ...cluster, backup: {} as Backup };

/** An archiver that does its work. */
export const archiver: ArchiverView = {
  mode: 'on',
  command: 'pgbackrest --stanza=shop archive-push "%p"',
  lastArchivedWal: '000000010000000000000007',
  lastArchivedAt: now / 1000 - 12,
  lastFailedAt: null,
  waitingFiles: 0,
  oldestWaitingAt: null,
  hasArchivedFiles: true,
  now: now / 1000,
};

const ok = { ok: true } as const;
const refusedByHba = { ok: false, failure: { kind: 'hba', code: '28000', detail: 'no entry' } } as const;
const refused = (code: string) => ({ allowed: false, code, detail: `refused with ${code}` });

export const server: ServerState = {
  inRecovery: false,
  versionNumber: 170_012,
  version: '17.12',
  systemIdentifier: '7',
  timeline: 1,
};

const attributes = {
  superuser: false,
  replication: false,
  createRole: false,
  createDatabase: false,
  bypassRls: false,
  expired: false,
  powers: [],
};

const common = {
  logins: { admin: ok, writer: ok, reader: ok, replication: refusedByHba },
  replicationSql: refusedByHba,
  certificateEnds: now + 300 * 86_400_000,
  roles: [
    { name: 'app_admin', ...attributes },
    { name: 'app_writer', ...attributes },
    { name: 'app_reader', ...attributes },
    { name: 'replicator', ...attributes, replication: true },
  ],
  readerReach: { maySelect: true, writable: [], unreadable: [] },
};

const sender = { user: 'replicator', address: '10.0.0.12', state: 'streaming', sync: 'async', tls: true };
const slot = { type: 'physical', active: true, walStatus: 'reserved', safeBytes: null, retainedBytes: 0 };

/** A primary with nothing to complain about, except what is given. */
export const primary = (changes: Partial<NodeFacts> = {}): NodeFacts => ({
  node: pg1,
  ...common,
  server,
  primary: {
    senders: [
      { application: 'pg2', ...sender },
      { application: 'pg3', ...sender },
    ],
    slots: [
      { name: 'dbctl_pg2', ...slot },
      { name: 'dbctl_pg3', ...slot },
    ],
  },
  adminCreates: { allowed: true },
  writerWrites: { allowed: true },
  readerSeesNewTables: true,
  readerWrites: refused('42501'),
  ...changes,
});

/** A replica with nothing to complain about, except what is given. */
export const replica = (of: Node, changes: Partial<NodeFacts> = {}): NodeFacts => ({
  node: of,
  ...common,
  server: { ...server, inRecovery: true },
  replica: {
    receiver: { status: 'streaming', host: '10.0.0.11', port: 5432, slot: `dbctl_${of.name}` },
    replayPaused: false,
  },
  lag: { bytes: 0, seconds: 0 },
  adminCreates: refused('25006'),
  writerWrites: refused('25006'),
  readerWrites: refused('25006'),
  ...changes,
});

/** A node that let nobody in, for one and the same reason. */
export const unreachable = (of: Node, kind: FailureKind = 'timeout'): NodeFacts => {
  const failed = { ok: false, failure: { kind, detail: 'as seen' } } as const;
  return {
    node: of,
    logins: { admin: failed, writer: failed, reader: failed, replication: failed },
    replicationSql: failed,
  };
};
