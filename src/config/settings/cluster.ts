import { joinNodeLists, joinNodes } from '../merge-aliases.ts';
import { readCidr } from '../readers/cidr.ts';
import { clusterName } from '../readers/name.ts';
import { readMachineEntry, readNodeEntry } from '../readers/node.ts';
import { listOf, path, reader } from '../readers/reader.ts';
import type { Setting } from '../setting.ts';

export const clusterSettings = {
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
} as const satisfies Readonly<Record<string, Setting>>;
