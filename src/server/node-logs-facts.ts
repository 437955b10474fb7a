import type { LoginOptions } from '../host/ask-machines.ts';
import { withHosts } from '../host/with-hosts.ts';
import type { Cluster } from '../model/cluster.ts';
import { findNode } from '../model/find-node.ts';
import { instanceOf } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';

/** Whoever tries to log in can write into a log: these lines are to be made printable. */
export async function lastLogs(cluster: Cluster, name: string, lines: number, login: LoginOptions) {
  const node = findNode(cluster, name);
  const text = await withHosts([node], { ...login, ssh: cluster.ssh }, (hosts) =>
    hosts.get(node.name).ask(controlOf(instanceOf(cluster, node)).log(lines)),
  );
  return { node: node.name, lines: text.split('\n') };
}
