// What a cluster is, in the words of the people who run it. Plain data, made by config/, read by everybody.

import type { Secret } from './secret.ts';
import type { Backup } from './backup.ts';
import type { Etcd } from './etcd.ts';
import type { Gateways } from './gateways.ts';
import type { Machine } from './machine.ts';
import type { Patroni } from './patroni.ts';

export type { Machine } from './machine.ts';

/** One PostgreSQL instance. */
export interface Node {
  /** Short and unique in the cluster; also the replica's application_name. Lower-case letters, digits, - and _. */
  readonly name: string;
  /** DNS name or IP address (without brackets). */
  readonly host: string;
  /** TCP port of PostgreSQL, 1-65535. */
  readonly port: number;
  /** IP addresses that its host has besides, or goes out with (without brackets). */
  readonly otherAddresses?: readonly string[];
}

/** Every name and address of a node's host that .env.cluster knows, the one that it is reached by first. */
export const hostsOf = ({
  host,
  otherAddresses = [],
}: Pick<Node, 'host' | 'otherAddresses'>): readonly [string, ...string[]] => [host, ...otherAddresses];

/** A node as answers in JSON have it: `host` is the name of a machine there, and this its address. */
export const shownNode = ({ name, host, port, otherAddresses }: Node) => ({
  name,
  /** DNS name or IP address (without brackets). */
  address: host,
  /** TCP port of PostgreSQL. */
  port,
  ...(otherAddresses && { otherAddresses }),
});

/** A login role that dbctl keeps. */
export interface Role {
  readonly name: string;
  readonly password: Secret;
}

export interface SshSettings {
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** Private key file; without it the agent and ~/.ssh/config decide. */
  readonly keyFile: string | undefined;
  /** known_hosts file used instead of the user's own. */
  readonly knownHostsFile: string | undefined;
}

/** The same for a machine. */
export const shownMachine = ({ name, host }: Machine) => ({ name, address: host });

/** CLUSTER_SYNCHRONOUS, where it is not off. */
export type Synchronous = 'on' | 'quorum';

export interface Cluster {
  readonly name: string;
  /** The node that is meant to lead (CLUSTER_DB_PRIMARY_HOST). Which one does is a fact: see LedCluster. */
  readonly configuredPrimary: Node;
  /** Every node, in the order of the file: the configured primary first. */
  readonly nodes: readonly Node[];
  /** What `probe` checks: every node unless CLUSTER_DB_HOSTS says otherwise. */
  readonly probed: readonly Node[];
  /** Where the CA's key, the backup client and the object store live. */
  readonly control: Machine;
  /** What leads clients to the right node; undefined while CLUSTER_GATEWAYS is not set. */
  readonly gateways?: Gateways | undefined;
  /** How Patroni keeps the cluster; undefined while CLUSTER_HA is not patroni. */
  readonly patroni?: Patroni | undefined;
  /** Where Patroni keeps who leads; undefined while CLUSTER_HA is none. */
  readonly etcd?: Etcd | undefined;
  /** How many replicas must have a commit before a client hears of it: one that is named, or any one; undefined for none. */
  readonly synchronous?: Synchronous | undefined;
  /** Networks that clients may connect from, besides the cluster's own hosts. */
  readonly allowedCidrs: readonly string[];
  readonly ssh: SshSettings;
  readonly postgres: {
    /** Major version. */
    readonly version: number;
    readonly database: string;
    /** Owns the database, runs migrations; may read monitoring views. Not a superuser. */
    readonly admin: Role;
    readonly writer: Role;
    readonly reader: Role;
    readonly replication: Role;
    /** POSTGRES_CONF_*: parameter name (lower case) to value, as written in .env.cluster; and what other settings ask for. */
    readonly parameters: Readonly<Record<string, string>>;
  };
  /** Replica lag in seconds: WARNING above the first, CRITICAL above the second. */
  readonly lagLimits: { readonly warnSeconds: number; readonly maxSeconds: number };
  /** How it is backed up; undefined while BACKUP_REPOSITORY is not set. */
  readonly backup: Backup | undefined;
  /** Absolute path of the CA certificate on the machine dbctl runs on. */
  readonly caCertificateFile: string;
  /** Absolute path of the .env.cluster it was read from. */
  readonly file: string;
}

/** A cluster whose leader is known: what plans and steps get that mean "the primary as it is now". */
export interface LedCluster extends Cluster {
  readonly primary: Node;
  /** Every other node. */
  readonly replicas: readonly Node[];
}

/** The cluster, led by one of its nodes. */
export const ledBy = <Any extends Cluster>(cluster: Any, primary: Node): Any & LedCluster => ({
  ...cluster,
  primary,
  replicas: cluster.nodes.filter(({ name }) => name !== primary.name),
});

/** Led by the node that is meant to: for what is about to be made, or where nobody can be asked. */
export const ledAsConfigured = (cluster: Cluster): LedCluster => ledBy(cluster, cluster.configuredPrimary);

/** The nodes that are meant to follow. */
export const configuredReplicas = ({ nodes, configuredPrimary }: Cluster): readonly Node[] =>
  nodes.filter(({ name }) => name !== configuredPrimary.name);

/** Every machine, the control host first and those of gateways and etcd last; one that is a node too is there once. */
export const machinesOf = (cluster: Cluster): readonly Machine[] => {
  const isNode = cluster.nodes.some(({ name }) => name === cluster.control.name);
  const all = isNode ? cluster.nodes : [cluster.control, ...cluster.nodes];
  const more = [...(cluster.gateways?.machines ?? []), ...(cluster.etcd?.members ?? [])];
  const together = [...all, ...more];
  return together.filter(
    ({ name }, index) => index < all.length || together.findIndex((one) => one.name === name) === index,
  );
};

export const roleKinds = ['admin', 'writer', 'reader', 'replication'] as const;
export type RoleKind = (typeof roleKinds)[number];

/** Something for each of them. */
export const ofEachRole = <Value>(make: (role: RoleKind) => Value): Readonly<Record<RoleKind, Value>> =>
  Object.fromEntries(roleKinds.map((role) => [role, make(role)])) as Record<RoleKind, Value>;
