import { hostAndPort, sameHost } from '../model/address.ts';
import { machinesOf, type Cluster, type Node } from '../model/cluster.ts';
import { ConfigError } from '../model/errors.ts';
import { parseNode } from '../config/readers/host.ts';

export interface Beside<Any extends Cluster> {
  /** The cluster as if the new node were one of it: what is written for a node can be written for this one. */
  readonly cluster: Any;
  readonly node: Node;
}

/**
 * The place that `--to [name=]host:port` means; the host may be the name of a machine of the cluster. It gets a small
 * shared_buffers: it is beside a server that has been given the host's memory. Throws ConfigError.
 */
export function besideOf<Any extends Cluster>(cluster: Any, text: string): Beside<Any> {
  if (!/:\d+$/.test(text)) throw misused(`--to needs a port of its own, got ${JSON.stringify(text)}`);
  const typed = parseNode(text, -1);
  const machine = machinesOf(cluster).find(
    ({ name, host }) => name === typed.host || sameHost(host, typed.host),
  );
  const name = text.includes('=') || machine === undefined ? typed.name : `${machine.name}-${typed.port}`;
  const node: Node = { name, host: machine?.host ?? typed.host, port: typed.port };

  const taken = cluster.nodes.find((one) => sameHost(one.host, node.host) && one.port === node.port);
  if (taken) throw misused(`${hostAndPort(node)} is ${taken.name}, a node of the cluster`);
  if (machinesOf(cluster).some((one) => one.name === name)) {
    throw misused(`${name} is the name of a node or machine of the cluster already`);
  }
  const parameters = { ...cluster.postgres.parameters, shared_buffers: '128MB' };
  const postgres = { ...cluster.postgres, parameters };
  return { node, cluster: { ...cluster, postgres, nodes: [...cluster.nodes, node] } };
}

const misused = (what: string): ConfigError =>
  new ConfigError({ what, next: ['name a port that is free: --to pg1:5499, or --to name=host:port'] });
