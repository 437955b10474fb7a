// From settings that are right one by one to a cluster that is right as a whole.

import { dirname, resolve } from 'node:path';
import type { Cluster, Machine } from '../model/cluster.ts';
import { etcdMembers } from './etcd-members.ts';
import { expandHome } from './shown-path.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './settings.ts';
import type { topologyOf } from './topology.ts';
import type { Backup, Repository } from '../model/backup.ts';

/** Puts a cluster together from settings and nodes without problems. `file` is the absolute path of .env.cluster. */
export function buildCluster(
  settings: Settings,
  parameters: Readonly<Record<string, string>>,
  topology: ReturnType<typeof topologyOf>,
  file: string,
): Cluster {
  const located = (path: string): string => resolve(dirname(file), expandHome(path));
  return {
    name: settings.CLUSTER_NAME,
    configuredPrimary: topology.primary!,
    nodes: [topology.primary!, ...topology.replicas],
    probed: topology.probed,
    control: topology.control!,
    ...gatewaysOf(settings, topology),
    ...patroniOf(settings),
    ...etcdOf(settings, topology),
    ...synchronousOf(settings),
    allowedCidrs: [...new Set(settings.CLUSTER_ALLOWED_CIDRS)],
    ssh: {
      user: settings.CLUSTER_SSH_USER,
      port: settings.CLUSTER_SSH_PORT,
      keyFile: settings.CLUSTER_SSH_KEY && located(settings.CLUSTER_SSH_KEY),
      knownHostsFile: settings.CLUSTER_SSH_KNOWN_HOSTS && located(settings.CLUSTER_SSH_KNOWN_HOSTS),
    },
    postgres: {
      version: settings.POSTGRES_VERSION,
      database: settings.POSTGRES_DB,
      admin: { name: settings.POSTGRES_USER, password: settings.POSTGRES_PASSWORD },
      writer: { name: settings.POSTGRES_APP_USER, password: settings.POSTGRES_APP_PASSWORD },
      reader: { name: settings.POSTGRES_READONLY_USER, password: settings.POSTGRES_READONLY_PASSWORD },
      replication: {
        name: settings.POSTGRES_REPLICATION_USER,
        password: settings.POSTGRES_REPLICATION_PASSWORD,
      },
      parameters: { ...synchronousNames(settings, topology), ...parameters },
    },
    lagLimits: { warnSeconds: settings.WARN_REPLICA_LAG, maxSeconds: settings.MAX_REPLICA_LAG },
    backup: buildBackup(settings, topology.control!, located),
    caCertificateFile: located(settings.CLUSTER_CA_CERT ?? `${settings.CLUSTER_NAME}-ca.crt`),
    file,
  };
}

const patroniOf = (settings: Settings): Pick<Cluster, 'patroni'> =>
  settings.CLUSTER_HA === 'none'
    ? {}
    : {
        patroni: {
          failoverSeconds: settings.FAILOVER_TIMEOUT,
          isAutomatic: settings.ENABLE_AUTO_FAILOVER === 'true',
          port: settings.PATRONI_PORT,
        },
      };

const synchronousOf = ({ CLUSTER_SYNCHRONOUS: synchronous }: Settings): Pick<Cluster, 'synchronous'> =>
  synchronous === 'off' ? {} : { synchronous };

/** Without Patroni, which says it to the node that leads: every node, on every node, since each may lead. */
function synchronousNames(
  { CLUSTER_SYNCHRONOUS: synchronous, CLUSTER_HA: manager }: Settings,
  { primary, replicas }: ReturnType<typeof topologyOf>,
): Readonly<Record<string, string>> {
  if (synchronous === 'off' || manager !== 'none') return {};
  const names = [primary!, ...replicas].map(({ name }) => `"${name}"`).toSorted();
  return { synchronous_standby_names: `ANY 1 (${names.join(', ')})` };
}

function gatewaysOf(
  settings: Settings,
  { gateways: machines, control }: ReturnType<typeof topologyOf>,
): Pick<Cluster, 'gateways'> {
  const [first, ...more] = new Set(settings.CLUSTER_GATEWAYS);
  if (first === undefined) return {};
  return {
    gateways: {
      kinds: [first, ...more],
      machines: machines.length > 0 ? machines : [control!],
      ports: {
        primary: settings.HAPROXY_PRIMARY_PORT,
        replicas: settings.HAPROXY_REPLICAS_PORT,
        any: settings.HAPROXY_ANY_PORT,
      },
      statisticsPort: settings.HAPROXY_STATISTICS_PORT,
      rolePort: settings.CLUSTER_ROLE_PORT,
    },
  };
}

function etcdOf(settings: Settings, topology: ReturnType<typeof topologyOf>): Pick<Cluster, 'etcd'> {
  if (settings.CLUSTER_HA === 'none') return {};
  return {
    etcd: {
      members: etcdMembers(topology),
      clientPort: settings.ETCD_CLIENT_PORT,
      peerPort: settings.ETCD_PEER_PORT,
    },
  };
}

const roles = [
  ['POSTGRES_USER', 'POSTGRES_PASSWORD'],
  ['POSTGRES_APP_USER', 'POSTGRES_APP_PASSWORD'],
  ['POSTGRES_READONLY_USER', 'POSTGRES_READONLY_PASSWORD'],
  ['POSTGRES_REPLICATION_USER', 'POSTGRES_REPLICATION_PASSWORD'],
] as const;

/** Four roles, four names, no password that is its role's name. */
export function* checkRoles(settings: Partial<Settings>): Iterable<Problem> {
  const takenBy = new Map<string, string>();
  for (const [setting, passwordSetting] of roles) {
    const name = settings[setting];
    if (name === undefined) continue;
    const other = takenBy.get(name);
    if (other) yield { setting, text: `must differ from ${other}: each role has its own rights` };
    takenBy.set(name, setting);
    if (settings[passwordSetting]?.reveal().toLowerCase() === name.toLowerCase()) {
      yield { setting: passwordSetting, text: 'must not be the name of its role' };
    }
  }
}

const storePort = 9000;

/** Puts together settings without problems; undefined when no repository is named. */
function buildBackup(
  settings: Settings,
  control: Machine,
  located: (path: string) => string,
): Backup | undefined {
  if (settings.BACKUP_REPOSITORY === undefined) return undefined;
  return {
    movingFrom: undefined,
    repository: buildRepository(settings.BACKUP_REPOSITORY, settings, control, located),
    stanza: settings.PGBACKREST_STANZA ?? settings.CLUSTER_NAME,
    tlsPort: settings.PGBACKREST_TLS_PORT,
    cipherPass: settings.PGBACKREST_CIPHER_PASS!,
    retention: { full: settings.PGBACKREST_RETENTION_FULL, diff: settings.PGBACKREST_RETENTION_DIFF },
    schedule: {
      full: settings.BACKUP_SCHEDULE_FULL,
      diff: settings.BACKUP_SCHEDULE_DIFF,
      incr: settings.BACKUP_SCHEDULE_INCR,
      drill: settings.BACKUP_SCHEDULE_DRILL,
    },
    ageLimits: { warnSeconds: settings.BACKUP_WARN_AGE, maxSeconds: settings.BACKUP_MAX_AGE },
    drillAgeSeconds: settings.BACKUP_DRILL_AGE,
    drillAssertionsFile: settings.BACKUP_DRILL_SQL && located(settings.BACKUP_DRILL_SQL),
  };
}

function buildRepository(
  kind: Repository['kind'],
  settings: Settings,
  control: Machine,
  located: (path: string) => string,
): Repository {
  if (kind === 'posix') return { kind };
  const bucket = {
    host: settings.MINIO_ENDPOINT?.host ?? control.host,
    port: settings.MINIO_ENDPOINT?.port ?? (kind === 's3' ? 443 : storePort),
    bucket: settings.MINIO_BUCKET ?? settings.CLUSTER_NAME,
    region: settings.MINIO_REGION,
    uriStyle: settings.MINIO_URI_STYLE,
    accessKey: settings.MINIO_ACCESS_KEY!,
    secretKey: settings.MINIO_SECRET_KEY!,
  };
  if (kind === 's3') {
    return { kind, ...bucket, caCertificateFile: settings.MINIO_CA_CERT && located(settings.MINIO_CA_CERT) };
  }
  const location = settings.MINIO_BINARY;
  return {
    kind,
    ...bucket,
    root: { user: settings.MINIO_ROOT_USER!, password: settings.MINIO_ROOT_PASSWORD! },
    binary: location
      ? {
          location: location.startsWith('https:') ? location : located(location),
          sha256: settings.MINIO_BINARY_SHA256,
        }
      : undefined,
  };
}
