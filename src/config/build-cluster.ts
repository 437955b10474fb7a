// From settings that are right one by one to a cluster that is right as a whole.

import { resolve } from 'node:path';
import type { Cluster } from '../model/cluster.ts';
import { buildBackup } from './build-backup.ts';
import { expandHome } from './shown-path.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './settings.ts';
import type { topologyOf } from './topology.ts';

/** Where .env.cluster is, as absolute paths. */
interface Place {
  readonly file: string;
  readonly directory: string;
}

/** Puts a cluster together from settings and nodes without problems. */
export function buildCluster(
  settings: Settings,
  parameters: Readonly<Record<string, string>>,
  topology: ReturnType<typeof topologyOf>,
  { file, directory }: Place,
): Cluster {
  const located = (path: string): string => resolve(directory, expandHome(path));
  return {
    name: settings.CLUSTER_NAME,
    configuredPrimary: topology.primary!,
    nodes: [topology.primary!, ...topology.replicas],
    probed: topology.probed,
    control: topology.control!,
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
      parameters,
    },
    lagLimits: { warnSeconds: settings.WARN_REPLICA_LAG, maxSeconds: settings.MAX_REPLICA_LAG },
    backup: buildBackup(settings, topology.control!, located),
    caCertificateFile: located(settings.CLUSTER_CA_CERT ?? `${settings.CLUSTER_NAME}-ca.crt`),
    file,
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

/** A warning that comes after the alarm is a slip. */
export function* checkLag({
  WARN_REPLICA_LAG: warn,
  MAX_REPLICA_LAG: max,
}: Partial<Settings>): Iterable<Problem> {
  if (warn === undefined || max === undefined || warn <= max) return;
  yield { setting: 'WARN_REPLICA_LAG', text: `is ${warn} s, which is above MAX_REPLICA_LAG (${max} s)` };
}
