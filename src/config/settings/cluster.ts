import { joinNodeLists, joinNodes } from '../merge-aliases.ts';
import { readCidr, readMachineEntry, readNodeAddress, readNodeEntry } from '../readers/host.ts';
import { clusterName, linuxUser } from '../readers/name.ts';
import { listOf, path, reader, port } from '../readers/reader.ts';
import { setting, type Row } from '../setting.ts';

export const clusterSettings = {
  CLUSTER_NAME: setting(clusterName, 'Short name of the cluster: lower-case letters, digits and -.', {
    example: 'shop',
  }),
  CLUSTER_DB_PRIMARY_HOST: setting(
    reader('[name=]host[:port]', readNodeEntry),
    'The primary: [name=]host[:port]. An IPv6 address goes in brackets.',
    { example: 'pg1=10.0.0.11', aliases: ['PRIMARY_IP', 'POSTGRES_PRIMARY_NODE'], join: joinNodes },
  ),
  CLUSTER_DB_REPLICA_HOSTS: setting(
    listOf('[name=]host[:port]', readNodeEntry),
    'The replicas: [name=]host[:port], separated by commas. `dbctl add-replica` adds to it.',
    { fallback: '', example: 'pg2=10.0.0.12,pg3=10.0.0.13', aliases: ['REPLICAS_IP'], join: joinNodeLists },
  ),
  CLUSTER_NODE_ADDRESSES: setting(
    listOf('name=address', readNodeAddress),
    'More IP addresses of nodes: name=address, separated by commas. For a host that goes out with another address than it is reached by, and for one whose address above leads to another of its own (floating, elastic, translated).',
    { fallback: '', example: 'pg1=192.168.7.11,pg2=192.168.7.12' },
  ),
  CLUSTER_DB_HOSTS: setting(
    listOf('name, host or host:port', readNodeEntry),
    'What `dbctl probe` checks: names, host or host:port of nodes, separated by commas. Default: every node.',
    { fallback: '', example: 'pg1,pg2' },
  ),
  CLUSTER_CONTROL_HOST: setting(
    reader('[name=]host, or local', readMachineEntry),
    "Where the key of the cluster's CA and the backups live: [name=]host, or `local` (default) for the machine dbctl runs on, which cannot keep backups.",
    { fallback: 'local', example: 'control=10.0.0.10' },
  ),
  CLUSTER_ALLOWED_CIDRS: setting(
    listOf('networks such as 10.0.1.0/24', readCidr),
    "Networks that clients may connect from, separated by commas. The cluster's own hosts always may.",
    { fallback: '', example: '10.0.1.0/24,10.0.2.7' },
  ),
  CLUSTER_CA_CERT: setting(
    path,
    "The CA's certificate, written by `dbctl init-primary`. Default: <CLUSTER_NAME>-ca.crt beside this file.",
    { optional: true, example: 'shop-ca.crt' },
  ),
} satisfies Readonly<Record<string, Row>>;

export const sshSettings = {
  CLUSTER_SSH_USER: setting(
    linuxUser,
    'User to log in as: root, or a user with passwordless sudo. Default: what ~/.ssh/config says.',
    { optional: true, example: 'root' },
  ),
  CLUSTER_SSH_PORT: setting(port, 'Port of sshd on the hosts. Default: what ~/.ssh/config says, else 22.', {
    optional: true,
    example: '22',
  }),
  CLUSTER_SSH_KEY: setting(
    path,
    'Private key file. Relative paths start at this file. Default: the agent and ~/.ssh/config.',
    { optional: true, example: '~/.ssh/id_ed25519' },
  ),
  CLUSTER_SSH_KNOWN_HOSTS: setting(path, 'File with the host keys, used instead of your own known_hosts.', {
    optional: true,
    example: 'known_hosts',
  }),
} satisfies Readonly<Record<string, Row>>;
