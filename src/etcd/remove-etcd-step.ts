import { dirname } from 'node:path/posix';
import type { Cluster, Node } from '../model/cluster.ts';
import { change, type Step } from '../engine/step.ts';
import { existing, removePaths, stopUnits } from '../system/removal.ts';
import { etcdClientFiles, etcdFiles } from './etcd.ts';
import { patroniPasswordFile } from './control-host-step.ts';

/** Ends etcd of the cluster on a host that has no member any more, and removes its data; the package stays. */
export function removeEtcd(cluster: Cluster): Step {
  const { unit, unitFile, directory, data } = etcdFiles(cluster);
  return removal('Remove etcd', [unit], [unitFile, directory, data]);
}

/** Removes what Patroni of a node showed to etcd. */
export const removeEtcdClient = (cluster: Cluster, node: Node): Step =>
  removal("Remove Patroni's certificate for etcd", [], [etcdClientFiles(cluster, node).directory]);

/** Removes the password with which Patroni logged in. */
export const removeEtcdPassword = (cluster: Cluster): Step =>
  removal("Remove Patroni's password for etcd", [], [dirname(patroniPasswordFile(cluster))]);

const removal = (title: string, units: readonly string[], paths: readonly string[]): Step => ({
  title,
  async diff(host) {
    const found = await host.ask(existing(paths));
    return found.map((path) => change('file.remove', `remove ${path}`, path));
  },
  async apply(host) {
    if (units.length > 0) await host.run(stopUnits(units));
    await host.run(removePaths(paths));
  },
});
