import { nodesOf, type Cluster, type Node } from '../cluster/cluster.ts';
import { instanceOf, type Instance } from '../cluster/instance.ts';
import { DbctlError } from '../errors.ts';
import type { ConnectOptions } from '../remote/connect.ts';
import type { ReadableHost } from '../remote/host.ts';
import { withHosts } from '../remote/with-hosts.ts';
import { hostFacts } from '../shell/host-facts.ts';
import { acceptsConnections } from '../shell/instance.ts';
import { serverStatus, type ServerStatus } from '../shell/server-status.ts';

/** A node as its own host sees it. */
export interface NodeStatus {
  readonly node: string;
  readonly host: string;
  readonly port: number;
  readonly expectedRole: 'primary' | 'replica';
  /** "running", "stopped", "not set up", or "unreachable". */
  readonly state: 'running' | 'stopped' | 'not set up' | 'unreachable';
  readonly server: ServerStatus | undefined;
  readonly diskFreeBytes: number | undefined;
  /** Why it is unreachable. */
  readonly problem: string | undefined;
}

/** Looks at every node over SSH, all at once; one that cannot be reached hides no other. */
export const readStatus = (
  cluster: Cluster,
  options: Omit<ConnectOptions, 'ssh'>,
): Promise<readonly NodeStatus[]> =>
  Promise.all(
    nodesOf(cluster).map(async (node) => {
      try {
        return await withHosts([node], { ...options, ssh: cluster.ssh }, (hosts) =>
          lookAt(cluster, node, hosts.get(node.name)),
        );
      } catch (error) {
        if (!(error instanceof DbctlError)) throw error;
        return { ...nothingSeen(cluster, node), state: 'unreachable', problem: error.message };
      }
    }),
  );

async function lookAt(cluster: Cluster, node: Node, host: ReadableHost): Promise<NodeStatus> {
  const instance = instanceOf(cluster, node);
  const [facts, server] = await Promise.all([host.ask(hostFacts(instance)), askServer(instance, host)]);
  const stopped = facts.data.state === 'cluster' ? 'stopped' : 'not set up';
  return {
    ...nothingSeen(cluster, node),
    state: server ? 'running' : stopped,
    server,
    diskFreeBytes: facts.diskFreeBytes,
  };
}

async function askServer(instance: Instance, host: ReadableHost): Promise<ServerStatus | undefined> {
  return (await host.ask(acceptsConnections(instance))) ? host.ask(serverStatus(instance)) : undefined;
}

const nothingSeen = (cluster: Cluster, { name, host, port }: Node): Omit<NodeStatus, 'state'> => ({
  node: name,
  host,
  port,
  expectedRole: name === cluster.primary.name ? 'primary' : 'replica',
  server: undefined,
  diskFreeBytes: undefined,
  problem: undefined,
});
