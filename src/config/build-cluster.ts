// From settings that are right one by one to a cluster that is right as a whole.

import { resolve } from 'node:path';
import type { Cluster, Machine, Node, Role } from '../cluster/cluster.ts';
import { expandHome } from './expand-home.ts';
import { checkNodes, nodesMeantBy } from './nodes.ts';
import { Misfit, type Problem } from './problem.ts';
import { sameHost } from './readers/host.ts';
import { nameAfter, nodeFrom, type NodeEntry } from './readers/node.ts';
import type { SettingName, Settings } from './settings.ts';

/** Makes the cluster; what contradicts itself is added to `problems`. `file` and `directory` are absolute. */
export function buildCluster(
  settings: Settings,
  parameters: Readonly<Record<string, string>>,
  file: string,
  directory: string,
): { cluster: Cluster; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const attempt = <Value>(setting: SettingName, make: () => readonly Value[]): readonly Value[] => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      problems.push({ setting, text: error.message });
      return [];
    }
  };
  const located = (path: string): string => resolve(directory, expandHome(path));
  const toNode = (entry: NodeEntry): Node => nodeFrom(entry, settings.POSTGRES_PORT);

  const primaries = attempt('CLUSTER_DB_PRIMARY_HOST', () => [toNode(settings.CLUSTER_DB_PRIMARY_HOST)]);
  const replicas = settings.CLUSTER_DB_REPLICA_HOSTS.flatMap((entry) =>
    attempt('CLUSTER_DB_REPLICA_HOSTS', () => [toNode(entry)]),
  );
  const nodes = [...primaries, ...replicas];
  problems.push(...checkNodes(nodes, primaries.length));
  const probed = settings.CLUSTER_DB_HOSTS.flatMap((entry) =>
    attempt('CLUSTER_DB_HOSTS', () => nodesMeantBy(entry, nodes, settings.POSTGRES_PORT)),
  );
  const control = attempt('CLUSTER_CONTROL_HOST', () => [
    controlMachine(settings.CLUSTER_CONTROL_HOST, nodes),
  ]);
  problems.push(...checkRoles(settings), ...checkLag(settings));

  const cluster: Cluster = {
    name: settings.CLUSTER_NAME,
    primary: primaries[0]!,
    replicas,
    probed: probed.length > 0 ? nodes.filter((node) => probed.includes(node)) : nodes,
    control: control[0]!,
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
      ...rolesOf(settings),
      parameters,
    },
    lagLimits: { warnSeconds: settings.WARN_REPLICA_LAG, maxSeconds: settings.MAX_REPLICA_LAG },
    caCertificateFile: located(settings.CLUSTER_CA_CERT ?? `${settings.CLUSTER_NAME}-ca.crt`),
    file,
  };
  return { cluster, problems };
}

const rolesOf = (settings: Settings): Record<'admin' | 'writer' | 'reader' | 'replication', Role> => ({
  admin: { name: settings.POSTGRES_USER, password: settings.POSTGRES_PASSWORD },
  writer: { name: settings.POSTGRES_APP_USER, password: settings.POSTGRES_APP_PASSWORD },
  reader: { name: settings.POSTGRES_READONLY_USER, password: settings.POSTGRES_READONLY_PASSWORD },
  replication: { name: settings.POSTGRES_REPLICATION_USER, password: settings.POSTGRES_REPLICATION_PASSWORD },
});

/** The control host: `local`, a node by its name, or a machine of its own. */
function controlMachine({ name, host }: NodeEntry, nodes: readonly Node[]): Machine {
  const node = nodes.find((one) => (name === undefined && one.name === host) || sameHost(one.host, host));
  if (node) return { name: node.name, host: node.host };
  const machine = { name: name ?? nameAfter(host), host };
  const twin = nodes.find((one) => one.name === machine.name);
  if (twin)
    throw new Misfit(`${machine.name} is already the node at ${twin.host}; write another name=${host}`);
  return machine;
}

function* checkRoles(settings: Settings): Iterable<Problem> {
  const settingOf = new Map<string, string>();
  for (const setting of [
    'POSTGRES_USER',
    'POSTGRES_APP_USER',
    'POSTGRES_READONLY_USER',
    'POSTGRES_REPLICATION_USER',
  ] as const) {
    const name = settings[setting];
    const twin = settingOf.get(name);
    if (twin) yield { setting, text: `must differ from ${twin}: each role has its own rights` };
    settingOf.set(name, setting);
    const passwordSetting = setting.replace(/USER$/, 'PASSWORD') as `${string}PASSWORD` & SettingName;
    if (settings[passwordSetting].reveal() === name) {
      yield { setting: passwordSetting, text: `must not be the name of the role` };
    }
  }
}

function* checkLag({ WARN_REPLICA_LAG: warn, MAX_REPLICA_LAG: max }: Settings): Iterable<Problem> {
  if (warn > max)
    yield { setting: 'WARN_REPLICA_LAG', text: `is ${warn} s, above MAX_REPLICA_LAG (${max} s)` };
}
