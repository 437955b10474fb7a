// Every certificate that a cluster has: where it is, who shows it, and how that one is made to read it anew.

import type { Backup } from '../cluster/backup.ts';
import { nodesOf, type Cluster, type Machine } from '../cluster/cluster.ts';
import { instanceOf, type Instance } from '../cluster/instance.ts';
import { pgbackrestFiles } from '../cluster/pgbackrest.ts';
import { dataMachines } from '../shell/pgbackrest-config.ts';
import type { Port } from '../shell/seen-certificates.ts';
import type { CredentialPlace } from './credential.ts';
import { clientCredentialOf, serverCredentialOf } from './pgbackrest-credentials.ts';
import { serverCertificateOf } from './server-certificate.ts';

export interface ClusterCredential {
  /** "PostgreSQL", "pgBackRest client": unique on its machine, but for PostgreSQL. */
  readonly what: string;
  readonly machine: Machine;
  readonly place: CredentialPlace;
  /** Where it is shown, as seen from its own host; undefined for a client's. */
  readonly port: Port | undefined;
  /** Who must read it anew: a server of PostgreSQL, or a systemd unit. A client reads it whenever it connects. */
  readonly reader: Reader;
}

export type Reader =
  | { readonly kind: 'postgres'; readonly instance: Instance }
  | { readonly kind: 'unit'; readonly unit: string }
  | { readonly kind: 'none' };

/** All of them, in the order in which people look: databases first. One that is not set up yet is in it too. */
export const credentialsOf = (cluster: Cluster): readonly ClusterCredential[] => [
  ...nodesOf(cluster).map((node) => ({
    what: 'PostgreSQL',
    machine: node,
    place: serverCertificateOf(cluster, node),
    port: { host: node.host, port: node.port, protocol: 'postgres' as const },
    reader: { kind: 'postgres' as const, instance: instanceOf(cluster, node) },
  })),
  ...(cluster.backup ? pgbackrestCredentials(cluster, cluster.backup) : []),
];

const pgbackrestCredentials = (cluster: Cluster, backup: Backup): readonly ClusterCredential[] => [
  ...serverMachines(cluster, backup).map((machine) => ({
    what: 'pgBackRest',
    machine,
    place: serverCredentialOf(cluster, machine),
    port: { host: machine.host, port: backup.tlsPort, protocol: 'tls' as const },
    reader: { kind: 'unit' as const, unit: pgbackrestFiles(cluster).unit },
  })),
  ...clientMachines(cluster, backup).map((machine) => ({
    what: 'pgBackRest client',
    machine,
    place: clientCredentialOf(cluster, machine),
    port: undefined,
    reader: { kind: 'none' as const },
  })),
];

/** The machines that others connect to: those of the nodes, and the one that keeps the repository itself. */
const serverMachines = (cluster: Cluster, { repository }: Backup): readonly Machine[] => [
  ...(repository.kind === 'posix' ? [cluster.control] : []),
  ...dataMachines(cluster),
];

/** The machines that connect to others. */
const clientMachines = (cluster: Cluster, { repository }: Backup): readonly Machine[] => [
  cluster.control,
  ...(repository.kind === 'posix' ? dataMachines(cluster) : []),
];
