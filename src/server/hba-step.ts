import { hostsOf, type Cluster, type Node } from '../model/cluster.ts';
import { isIpAddress, singleAddressCidr } from '../model/address.ts';
import { clientRules, formatRules, patroniRules, replicationRules } from './hba.ts';
import { instanceOf } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import { render } from '../model/render.ts';
import { addressesOf } from '../system/resolve.ts';
import type { ReadableHost } from '../host/host.ts';
import { ownFile, type OwnFile } from '../system/own-file.ts';

/** Keeps pg_hba.conf as narrow as the cluster's definition allows. */
export const ensureHba = (cluster: Cluster, node: Node): Step =>
  ownFile('Write pg_hba.conf', hbaFile(cluster, node));

export const hbaFile = (cluster: Cluster, node: Node): OwnFile => ({
  path: instanceOf(cluster, node).files.hba,
  content: (host) => hbaText(cluster, host),
  owner: 'postgres:postgres',
  mode: 0o600,
  isSealed: true,
  isShown: true,
});

async function hbaText(cluster: Cluster, host: ReadableHost): Promise<string> {
  const nodeHosts = cluster.nodes.flatMap(hostsOf);
  const [nodes, control] = await Promise.all([
    cidrsOf(nodeHosts, host),
    cidrsOf([cluster.control.host, ...gatewayHosts(cluster)], host),
  ]);
  return render('etc/postgresql/pg_hba.conf', {
    cluster: cluster.name,
    replication_rules: formatRules([...replicationRules(cluster, nodes), ...patroniRules(cluster, nodes)]),
    client_rules: formatRules(clientRules(cluster, [...nodes, ...control])),
  });
}

const gatewayHosts = ({ gateways }: Cluster): readonly string[] =>
  (gateways?.machines ?? []).map(({ host }) => host);

/** A host called `local` is reached from the node itself, over its loopback addresses. */
async function cidrsOf(names: readonly string[], host: ReadableHost): Promise<readonly string[]> {
  const remote = names.filter((name) => name !== 'local');
  const addresses = remote.every(isIpAddress) ? remote : await host.ask(addressesOf(remote));
  const local = remote.length < names.length ? ['127.0.0.1', '::1'] : [];
  return [...local, ...addresses].map(singleAddressCidr);
}
