// Every setting of .env.cluster, once: how it is read, its default, its documentation, its other names.
// The parser, the types, .env.cluster.example and docs/configuration.md all come from here.

import type { InferOutput } from 'valibot';
import { backupSettings } from './backup-settings.ts';
import { joinNodeLists, joinNodes } from './agree.ts';
import { readCidr } from './readers/cidr.ts';
import { clusterName, databaseName, linuxUser, roleName } from './readers/name.ts';
import { readMachineEntry, readNodeEntry } from './readers/node.ts';
import { integer, port, seconds, path, listOf, reader, password } from './readers/reader.ts';
import type { Setting } from './setting.ts';

const role = (doc: string, example: string) => ({ group: 'postgres', doc, example, read: roleName }) as const;
const secret = (doc: string) => ({ group: 'postgres', doc, read: password, isSecret: true }) as const;

export const settings = {
  CLUSTER_NAME: {
    group: 'cluster',
    doc: 'Short name of the cluster: lower-case letters, digits and -.',
    read: clusterName,
    example: 'shop',
  },
  CLUSTER_DB_PRIMARY_HOST: {
    group: 'cluster',
    doc: 'The primary: [name=]host[:port]. An IPv6 address goes in brackets.',
    read: reader('[name=]host[:port]', readNodeEntry),
    example: 'pg1=10.0.0.11',
    aliases: ['PRIMARY_IP', 'POSTGRES_PRIMARY_NODE'],
    join: joinNodes,
  },
  CLUSTER_DB_REPLICA_HOSTS: {
    group: 'cluster',
    doc: 'The replicas: [name=]host[:port], separated by commas. `dbctl add-replica` adds to it.',
    read: listOf('[name=]host[:port]', readNodeEntry),
    fallback: '',
    example: 'pg2=10.0.0.12,pg3=10.0.0.13',
    aliases: ['REPLICAS_IP'],
    join: joinNodeLists,
  },
  CLUSTER_DB_HOSTS: {
    group: 'cluster',
    doc: 'What `dbctl probe` checks: names, host or host:port of nodes, separated by commas. Default: every node.',
    read: listOf('name, host or host:port', readNodeEntry),
    fallback: '',
    example: 'pg1,pg2',
  },
  CLUSTER_CONTROL_HOST: {
    group: 'cluster',
    doc: "Where the key of the cluster's CA and the backups live: [name=]host, or `local` (default) for the machine dbctl runs on, which cannot keep backups.",
    read: reader('[name=]host, or local', readMachineEntry),
    fallback: 'local',
    example: 'control=10.0.0.10',
  },
  CLUSTER_ALLOWED_CIDRS: {
    group: 'cluster',
    doc: "Networks that clients may connect from, separated by commas. The cluster's own hosts always may.",
    read: listOf('networks such as 10.0.1.0/24', readCidr),
    fallback: '',
    example: '10.0.1.0/24,10.0.2.7',
  },
  CLUSTER_CA_CERT: {
    group: 'cluster',
    doc: "The CA's certificate, written by `dbctl init-primary`. Default: <CLUSTER_NAME>-ca.crt beside this file.",
    read: path,
    optional: true,
    example: 'shop-ca.crt',
  },

  CLUSTER_SSH_USER: {
    group: 'ssh',
    doc: 'User to log in as: root, or a user with passwordless sudo. Default: what ~/.ssh/config says.',
    read: linuxUser,
    optional: true,
    example: 'root',
  },
  CLUSTER_SSH_PORT: {
    group: 'ssh',
    doc: 'Port of sshd on the hosts. Default: what ~/.ssh/config says, else 22.',
    read: port,
    optional: true,
    example: '22',
  },
  CLUSTER_SSH_KEY: {
    group: 'ssh',
    doc: 'Private key file. Relative paths start at this file. Default: the agent and ~/.ssh/config.',
    read: path,
    optional: true,
    example: '~/.ssh/id_ed25519',
  },
  CLUSTER_SSH_KNOWN_HOSTS: {
    group: 'ssh',
    doc: 'File with the host keys, used instead of your own known_hosts.',
    read: path,
    optional: true,
    example: 'known_hosts',
  },

  POSTGRES_VERSION: {
    group: 'postgres',
    doc: 'Major version, 15 to 18.',
    read: integer(15, 18),
    fallback: '17',
  },
  POSTGRES_PORT: {
    group: 'postgres',
    doc: 'Port of every node that names none.',
    read: port,
    fallback: '5432',
    aliases: ['PORT_DATABASE'],
  },
  POSTGRES_DB: {
    group: 'postgres',
    doc: "The application's database.",
    read: databaseName,
    example: 'shop',
  },
  POSTGRES_USER: role('Admin: owns the database and runs migrations. Not a superuser.', 'shop_admin'),
  POSTGRES_PASSWORD: {
    ...secret('Password of the admin.'),
    aliases: ['POSTGRES_SUPERUSER_PASSWORD'],
  },
  POSTGRES_APP_USER: role('Writer: reads and writes rows, changes no table.', 'shop_app'),
  POSTGRES_APP_PASSWORD: secret('Password of the writer.'),
  POSTGRES_READONLY_USER: role('Reader: reads every table, writes nothing.', 'shop_readonly'),
  POSTGRES_READONLY_PASSWORD: secret('Password of the reader.'),
  POSTGRES_REPLICATION_USER: role('Replication role: streams to the replicas, reads no table.', 'replicator'),
  POSTGRES_REPLICATION_PASSWORD: secret('Password of the replication role.'),

  WARN_REPLICA_LAG: {
    group: 'watching',
    doc: 'Lag above which `dbctl probe` warns: seconds (2, 2s, 500ms, 1min).',
    read: seconds,
    fallback: '2s',
  },
  MAX_REPLICA_LAG: {
    group: 'watching',
    doc: 'Lag above which `dbctl probe` calls a replica critical.',
    read: seconds,
    fallback: '5s',
  },

  ...backupSettings,
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

/** Every setting by its canonical name, read. */
export type Settings = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends { readonly optional: true }
    ? InferOutput<(typeof settings)[Name]['read']> | undefined
    : InferOutput<(typeof settings)[Name]['read']>;
};

/** The rows in order, for code that treats them all alike. */
export const settingRows: readonly (readonly [SettingName, Setting])[] = Object.entries(
  settings,
) as unknown as readonly (readonly [SettingName, Setting])[];

/** Start of the settings that pass a parameter to postgresql.conf. */
export const parameterPrefix = 'POSTGRES_CONF_';
