// What stands in Patroni's configuration: that of a node, and the one that all share in etcd.

import { createHmac } from 'node:crypto';
import { hostAndPort } from '../model/address.ts';
import { etcdClientFiles, etcdEndpoints, patroniNamespace, patroniUser } from '../etcd/etcd.ts';
import type { Etcd } from '../model/etcd.ts';
import { hostsOf, type Cluster, type Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { restPortOf, timingOf, type Patroni } from '../model/patroni.ts';
import { Secret } from '../model/secret.ts';
import { slotNameOf } from '../model/slot.ts';
import { replicationLimit } from '../server/replication-limits.ts';

/** The cluster as one that Patroni keeps. */
export type KeptCluster = Cluster & { readonly patroni: Patroni; readonly etcd: Etcd };

export const isKept = <Any extends Cluster>(cluster: Any): cluster is Any & KeptCluster =>
  cluster.patroni !== undefined && cluster.etcd !== undefined;

type Parameters = Readonly<Record<string, string>>;

/** Parameters that Patroni gives to a server on its command line, or always writes: with its own defaults, if nobody says other ones. */
export const sharedParameters = [
  'max_connections',
  'max_worker_processes',
  'max_prepared_transactions',
  'max_locks_per_transaction',
  'max_wal_senders',
  'max_replication_slots',
  'track_commit_timestamp',
  'wal_level',
  'wal_log_hints',
  'hot_standby',
  'wal_keep_size',
] as const;

/** What they are where nobody has changed a file by hand: what Patroni begins with. */
function usualParameters(cluster: Cluster): Parameters {
  const limit = String(replicationLimit(cluster));
  const usual: Parameters = {
    max_connections: '100',
    max_worker_processes: '8',
    max_prepared_transactions: '0',
    max_locks_per_transaction: '64',
    max_wal_senders: limit,
    max_replication_slots: limit,
    track_commit_timestamp: 'off',
    wal_level: 'replica',
    wal_log_hints: 'on',
    hot_standby: 'on',
    wal_keep_size: '256MB',
  };
  return Object.fromEntries(
    sharedParameters.map((name) => [name, cluster.postgres.parameters[name] ?? usual[name]!]),
  );
}

/** What all members share; in JSON, as Patroni keeps it in etcd. */
export function sharedConfig({ patroni, nodes, synchronous }: KeptCluster, parameters: Parameters) {
  const { ttl, loop, retry } = timingOf(patroni);
  return {
    ttl,
    loop_wait: loop,
    retry_timeout: retry,
    // A server that died is started again at once; when that takes longer, another node leads.
    primary_start_timeout: 10,
    // Only a replica that has everything acknowledged may lead, when commits wait for one; what it lacks nobody was promised.
    maximum_lag_on_failover: synchronous === undefined ? 1024 ** 2 : 1024 ** 4,
    ...(synchronous && { synchronous_mode: synchronous === 'on' ? true : synchronous }),
    failsafe_mode: true,
    // How long the slot of a member that is away is kept. Less for a moment, when a node leaves for good.
    member_slots_ttl: 1800,
    // Slots of the time before Patroni, and of clones.
    ignore_slots: nodes
      .map(slotNameOf)
      .toSorted()
      .map((slot) => ({ name: slot, type: 'physical' })),
    ...(patroni.isAutomatic ? {} : { pause: true }),
    postgresql: { use_pg_rewind: true, use_slots: true, parameters },
  };
}

/** Who may tell Patroni something over its REST API. Made from what every node has anyway, and says nothing about it. */
const restPassword = ({ name, postgres }: Cluster): string =>
  createHmac('sha256', postgres.replication.password.reveal()).update(`Patroni of ${name}`).digest('hex');

/** patroni.yml of a node. Before etcd is there, nobody knows the password. */
export function nodeConfig(cluster: KeptCluster, node: Node, etcdPassword: Secret | undefined): Secret {
  const { dataDirectory, configDirectory, binDirectory, files, patroni } = instanceOf(cluster, node);
  const rest = hostAndPort({ host: node.host, port: restPortOf(cluster.patroni, node) });
  const authentication = { username: 'dbctl', password: restPassword(cluster) };
  const { name, password } = cluster.postgres.replication;
  const login = {
    username: name,
    password: password.reveal(),
    sslmode: 'verify-full',
    sslrootcert: files.authority,
  };
  const client = etcdClientFiles(cluster, node);
  const config = {
    scope: patroni.scope,
    namespace: patroniNamespace,
    name: patroni.member,
    restapi: {
      ...{ listen: rest, connect_address: rest },
      ...{ certfile: files.certificate, keyfile: files.key, cafile: files.authority, verify_client: 'none' },
      authentication,
    },
    ctl: { insecure: false, cacert: files.authority, authentication },
    etcd3: {
      hosts: etcdEndpoints(cluster.etcd),
      ...{ protocol: 'https', cacert: client.authority, cert: client.certificate, key: client.key },
      ...{ username: patroniUser, password: etcdPassword?.reveal() },
    },
    // Read once, by the first member that finds nothing in etcd.
    bootstrap: { dcs: sharedConfig(cluster, usualParameters(cluster)) },
    postgresql: {
      listen: `${[...new Set(['localhost', ...hostsOf(node)])].join(', ')}:${node.port}`,
      connect_address: hostAndPort(node),
      ...{ data_dir: dataDirectory, config_dir: configDirectory, bin_dir: binDirectory },
      pgpass: patroni.passfile,
      ...{ use_unix_socket: true, use_unix_socket_repl: true },
      remove_data_directory_on_rewind_failure: false,
      remove_data_directory_on_diverged_timelines: false,
      authentication: { superuser: { username: 'postgres' }, replication: login, rewind: login },
      parameters: { unix_socket_directories: '/var/run/postgresql' },
    },
  };
  return new Secret(
    `# Written by dbctl for node ${node.name} of cluster ${cluster.name}; changes made here are lost.\n${yaml(config)}\n`,
  );
}

/** JSON is YAML, as long as its strings have nothing that PyYAML takes for not printable. */
export const yaml = (value: unknown): string =>
  JSON.stringify(value, null, 2).replaceAll(/[^\n -~]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });

/** A part of what is wanted that a configuration does not have; "ttl", "postgresql.parameters.max_connections". */
export function missingIn(wanted: object, found: unknown, path: readonly string[] = []): readonly string[] {
  return Object.entries(wanted).flatMap(([name, value]: readonly [string, unknown]) => {
    const own = [...path, name];
    const there = (found as Readonly<Record<string, unknown>> | undefined)?.[name];
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return missingIn(value, there, own);
    return sameValue(value, there) ? [] : [own.join('.')];
  });
}

/** Patroni gives numbers and booleans back as they were written, people write them as text. */
const sameValue = (one: unknown, other: unknown): boolean => textOf(one) === textOf(other);

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
