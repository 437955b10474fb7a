import { isOwnStore, repositoriesOf, type StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { ClusterCredential } from '../pki/cluster-credential.ts';
import type { CredentialPlace } from '../pki/credential-step.ts';
import { namesOf } from '../pki/server-certificate.ts';
import { storeFiles, storeUser } from './store.ts';

/** The stores that dbctl runs. While backups move there can be two, of different kinds; those of one kind are the same. */
export function ownStores({ backup }: Cluster): readonly StoreRepository[] {
  const targets = backup ? repositoriesOf(backup) : [];
  const stores = targets.map(({ repository }) => repository).filter(isOwnStore);
  return stores.filter(({ kind }, index) => index === stores.findIndex((one) => one.kind === kind));
}

export const storeCredentials = (cluster: Cluster): readonly ClusterCredential[] =>
  ownStores(cluster).map((store) => ({
    what: store.kind,
    machine: cluster.control,
    place: storeCredentialOf(cluster, store),
    port: { host: store.host, port: store.port, protocol: 'tls' },
    reader: { kind: 'unit', unit: storeFiles(cluster, store.kind).unit, judges: false },
  }));

/** What the store shows to those who connect to it. */
export function storeCredentialOf(cluster: Cluster, store: StoreRepository): CredentialPlace {
  const files = storeFiles(cluster, store.kind);
  const [name, ...names] = namesOf(cluster.control);
  return {
    title: "Install the store's certificate",
    authority: files.caCertificate,
    certificate: files.certificate,
    key: files.key,
    names: [name, ...names, ...([name, ...names].includes(store.host) ? [] : [store.host])],
    purpose: 'server',
    owner: `${storeUser}:${storeUser}`,
  };
}
