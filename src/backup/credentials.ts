import type { Cluster, Machine } from '../model/cluster.ts';
import type { ClusterCredential } from '../pki/cluster-credential.ts';
import type { CredentialPlace } from '../pki/credential-step.ts';
import { namesOf } from '../pki/server-certificate.ts';
import { clientMachines, serverMachines } from './pgbackrest-config.ts';
import { clientNameOf, pgbackrestFiles } from './pgbackrest.ts';

const owner = 'postgres:postgres';

/** What pgBackRest's TLS servers show, and what machines show to them. */
export function backupCredentials(cluster: Cluster): readonly ClusterCredential[] {
  const { backup } = cluster;
  if (backup === undefined) return [];
  return [
    ...serverMachines(cluster, backup).map((machine) => ({
      what: 'pgBackRest',
      machine,
      place: serverCredentialOf(cluster, machine),
      port: { host: machine.host, port: backup.tlsPort, protocol: 'tls' as const },
      reader: { kind: 'unit' as const, unit: pgbackrestFiles(cluster).unit, judges: true },
    })),
    ...clientMachines(cluster, backup).map((machine) => ({
      what: 'pgBackRest client',
      machine,
      place: clientCredentialOf(cluster, machine),
      port: undefined,
      reader: undefined,
    })),
  ];
}

export function serverCredentialOf(cluster: Cluster, machine: Machine): CredentialPlace {
  const files = pgbackrestFiles(cluster);
  return {
    title: "Install the TLS server's certificate",
    authority: files.caCertificate,
    certificate: files.serverCertificate,
    key: files.serverKey,
    names: namesOf(machine),
    purpose: 'server',
    owner,
  };
}

export function clientCredentialOf(cluster: Cluster, machine: Machine): CredentialPlace {
  const files = pgbackrestFiles(cluster);
  return {
    title: "Install the TLS client's certificate",
    authority: files.caCertificate,
    certificate: files.clientCertificate,
    key: files.clientKey,
    names: [clientNameOf(cluster, machine)],
    purpose: 'client',
    owner,
  };
}
