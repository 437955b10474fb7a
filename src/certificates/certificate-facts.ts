import { machinesOf, type Cluster, type Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import type { ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { acceptsConnections } from '../postgres/instance.ts';
import { seenCertificates, type SeenCertificate } from '../pki/seen-certificates-query.ts';
import type { ClusterCredential } from '../pki/cluster-credential.ts';
import { backupCredentials } from '../backup/credentials.ts';
import { etcdCredentials } from '../etcd/credentials.ts';
import { patroniCredentials } from '../patroni/credentials.ts';
import { serverCredentials } from '../server/credentials.ts';
import { storeCredentials } from '../store/credentials.ts';

export interface SeenCredential extends ClusterCredential {
  readonly seen: SeenCertificate;
}

/** Every certificate of the cluster as its host has it: one question a host, all at once. A host that is down is left out. */
export async function readCredentialFacts(
  cluster: Cluster,
  hosts: HostSet<ReadableHost>,
): Promise<readonly SeenCredential[]> {
  const all = credentialsOf(cluster);
  const found = await Promise.all(
    machinesOf(cluster).map(async ({ name }) => {
      const host = hosts.get(name);
      const wanted = host.unreachable ? [] : all.filter(({ machine }) => machine.name === name);
      const seen = wanted.length === 0 ? [] : await host.ask(seenCertificates(wanted));
      return wanted.map((credential, index) => ({ ...credential, seen: seen[index]! }));
    }),
  );
  return found.flat().toSorted((one, other) => placeIn(all, one) - placeIn(all, other));
}

const placeIn = (all: readonly ClusterCredential[], { what, machine }: ClusterCredential): number =>
  all.findIndex((one) => one.what === what && one.machine.name === machine.name);

/** The nodes on which PostgreSQL runs. */
export async function runningNodes(cluster: Cluster, hosts: HostSet<ReadableHost>): Promise<readonly Node[]> {
  const nodes = cluster.nodes;
  const answers = await Promise.all(
    nodes.map((node) => hosts.get(node.name).ask(acceptsConnections(instanceOf(cluster, node)))),
  );
  return nodes.filter((_, index) => answers[index]);
}

/** In the order in which people look: databases first. */
const areas = [
  serverCredentials,
  patroniCredentials,
  backupCredentials,
  storeCredentials,
  etcdCredentials,
] as const;

/** Every certificate that a cluster has; one that is not set up yet is in it too. */
export const credentialsOf = (cluster: Cluster): readonly ClusterCredential[] =>
  areas.flatMap((credentials) => credentials(cluster));
