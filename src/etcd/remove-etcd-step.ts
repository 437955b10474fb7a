import { dirname } from 'node:path/posix';
import type { Cluster, Node } from '../model/cluster.ts';
import type { Step } from '../engine/step.ts';
import { removeParts } from '../system/removal-step.ts';
import { etcdClientFiles, etcdFiles } from './etcd.ts';
import { patroniPasswordFile } from './control-host-step.ts';

/** Ends etcd of the cluster on a host that has no member any more, and removes its data; the package stays. */
export function removeEtcd(cluster: Cluster): Step {
  const { unit, unitFile, directory, data } = etcdFiles(cluster);
  return removeParts('Remove etcd', { units: [unit], paths: [unitFile, directory, data] });
}

/** Removes what Patroni of a node showed to etcd. */
export const removeEtcdClient = (cluster: Cluster, node: Node): Step =>
  removeParts("Remove Patroni's certificate for etcd", { paths: [etcdClientFiles(cluster, node).directory] });

/** Removes the password with which Patroni logged in. */
export const removeEtcdPassword = (cluster: Cluster): Step =>
  removeParts("Remove Patroni's password for etcd", { paths: [dirname(patroniPasswordFile(cluster))] });
