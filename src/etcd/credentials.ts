import { sameHost } from '../model/address.ts';
import { hostsOf, type Cluster, type Machine, type Node } from '../model/cluster.ts';
import type { ClusterCredential } from '../pki/cluster-credential.ts';
import type { CredentialPlace } from '../pki/credential-step.ts';
import { namesOf } from '../pki/server-certificate.ts';
import { etcdClientFiles, etcdFiles, patroniUser } from './etcd.ts';

/** What members show to clients and to each other, and what etcd's root and Patroni show to them. */
export function etcdCredentials(cluster: Cluster): readonly ClusterCredential[] {
  const { etcd } = cluster;
  if (etcd === undefined) return [];
  const { members, clientPort } = etcd;
  return [
    ...members.map((machine) => ({
      what: 'etcd',
      machine,
      place: memberCredentialOf(cluster, machine),
      port: { host: machine.host, port: clientPort, protocol: 'tls' as const },
      // It reads its certificate at every connection; for another CA it is restarted: restartsOfEtcd.
      reader: undefined,
    })),
    ...members.map((machine) => ({
      what: 'etcd root',
      machine,
      place: rootCredentialOf(cluster),
      port: undefined,
      reader: undefined,
    })),
    ...cluster.nodes.map((node) => ({
      what: 'etcd client',
      machine: node,
      place: etcdClientCredentialOf(cluster, node),
      port: undefined,
      reader: undefined,
    })),
  ];
}

/** Members compare the address that another one comes from with the names in its certificate. */
export function memberCredentialOf(cluster: Cluster, machine: Machine): CredentialPlace {
  const { authority, certificate, key } = etcdFiles(cluster);
  const here = cluster.nodes.filter(({ host }) => sameHost(host, machine.host));
  const [name, ...more] = [...namesOf(machine), ...here.flatMap(hostsOf), 'localhost', '127.0.0.1'];
  return {
    title: "Install etcd's certificate",
    ...{ authority, certificate, key },
    names: [name, ...new Set(more.filter((one) => one !== name))],
    purpose: 'peer',
    owner: 'etcd:etcd',
  };
}

export function rootCredentialOf(cluster: Cluster): CredentialPlace {
  const { authority, rootCertificate, rootKey } = etcdFiles(cluster);
  return {
    title: "Install the certificate of etcd's root",
    authority,
    certificate: rootCertificate,
    key: rootKey,
    names: ['root'],
    purpose: 'client',
    owner: 'root:root',
  };
}

export function etcdClientCredentialOf(cluster: Cluster, node: Node): CredentialPlace {
  return {
    title: "Install Patroni's certificate for etcd",
    ...pathsOf(etcdClientFiles(cluster, node)),
    names: [patroniUser],
    purpose: 'nameless',
    owner: 'postgres:postgres',
  };
}

const pathsOf = ({ authority, certificate, key }: ReturnType<typeof etcdClientFiles>) => ({
  authority,
  certificate,
  key,
});
