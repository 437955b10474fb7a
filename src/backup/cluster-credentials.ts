// Every certificate that a cluster has: where it is, who shows it, and how that one is made to read it anew.

import { keepingsOf, type Backup, type StoreRepository } from '../model/backup.ts';
import { type Cluster, type Machine } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { pgbackrestFiles } from './pgbackrest.ts';
import { storeFiles } from '../store/store.ts';
import { clientMachines, serverMachines } from './pgbackrest-config.ts';
import type { Port } from './seen-certificates-query.ts';
import type { CredentialPlace } from '../pki/credential-step.ts';
import { clientCredentialOf, serverCredentialOf } from './pgbackrest-credentials-step.ts';
import { storeCredentialOf } from '../store/run-store-step.ts';
import { serverCertificateOf } from '../pki/server-certificate.ts';

export interface ClusterCredential {
  /** "PostgreSQL", "pgBackRest client": there is one of each on a machine. */
  readonly what: string;
  readonly machine: Machine;
  readonly place: CredentialPlace;
  /** Where it is shown, as seen from its own host; undefined for a client's. */
  readonly port: Port | undefined;
  /** Who must read it anew; undefined for a client, which reads it whenever it connects. */
  readonly reader: Reader | undefined;
}

/** A server of PostgreSQL or a systemd unit that holds certificates in memory. */
export type Reader =
  | { readonly kind: 'postgres'; readonly instance: Instance }
  | {
      readonly kind: 'unit';
      readonly unit: string;
      /** Whether it judges clients by the file of trusted CAs. */
      readonly judges: boolean;
    };

/** All of them, in the order in which people look: databases first. One that is not set up yet is in it too. */
export const credentialsOf = (cluster: Cluster): readonly ClusterCredential[] => [
  ...cluster.nodes.map((node) => ({
    what: 'PostgreSQL',
    machine: node,
    place: serverCertificateOf(cluster, node),
    port: { host: node.host, port: node.port, protocol: 'postgres' as const },
    reader: { kind: 'postgres' as const, instance: instanceOf(cluster, node) },
  })),
  ...(cluster.backup ? pgbackrestCredentials(cluster, cluster.backup) : []),
  ...(cluster.backup ? storeCredentials(cluster, cluster.backup) : []),
];

const pgbackrestCredentials = (cluster: Cluster, backup: Backup): readonly ClusterCredential[] => [
  ...serverMachines(cluster, backup).map((machine) => ({
    what: 'pgBackRest',
    machine,
    place: serverCredentialOf(cluster, machine),
    port: { host: machine.host, port: backup.tlsPort, protocol: 'tls' as const },
    reader: {
      kind: 'unit' as const,
      unit: pgbackrestFiles(cluster).unit,
      judges: true,
    },
  })),
  ...clientMachines(cluster, backup).map((machine) => ({
    what: 'pgBackRest client',
    machine,
    place: clientCredentialOf(cluster, machine),
    port: undefined,
    reader: undefined,
  })),
];

/** While backups move there can be two stores, of different kinds; those of one kind are the same. */
function storeCredentials(cluster: Cluster, backup: Backup): readonly ClusterCredential[] {
  const stores = keepingsOf(backup).flatMap(({ repository }) => (isOurs(repository) ? [repository] : []));
  const ofEachKind = stores.filter(
    ({ kind }, index) => index === stores.findIndex((one) => one.kind === kind),
  );
  return ofEachKind.map((store) => ({
    what: store.kind,
    machine: cluster.control,
    place: storeCredentialOf(cluster, store),
    port: { host: store.host, port: store.port, protocol: 'tls' as const },
    reader: {
      kind: 'unit' as const,
      unit: storeFiles(cluster, store.kind).unit,
      judges: false,
    },
  }));
}

const isOurs = (repository: { readonly kind: string }): repository is StoreRepository =>
  repository.kind === 'minio' || repository.kind === 'versitygw';
