import { storeOf } from '../model/backup.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { onlyOn, together, type Stage } from '../engine/run-plan.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { installPackage } from '../system/install-package.ts';
import { ensureMinioKey, ensureBucket, ensureBucketPolicy } from './store-bucket-step.ts';
import { runStore, stopFormerStore } from './run-store-step.ts';
import { ensureStoreAccount, installStoreProgram } from './store-program-step.ts';
import { ensureStoreFirewall } from './store-firewall-step.ts';
import { verifyStoreHealth } from './store-health-step.ts';

/**
 * What the hosts of these nodes need to reach a bucket, and the store itself where dbctl runs it. After the CA was made.
 */
export function storeStages(
  cluster: Cluster,
  hosts: HostSet,
  nodes: readonly Node[] = cluster.nodes,
): readonly Stage[] {
  if (cluster.backup === undefined || cluster.backup.repository.kind === 'posix') return [];
  const control = hosts.get(cluster.control.name);
  const names = [cluster.control.name, ...nodes.map(({ name }) => name)];
  const everyHost = [...new Set(names.map((name) => hosts.get(name)))];
  const curl = together('Install curl', everyHost, () => [installPackage('curl')]);
  const store = storeOf(cluster.backup);
  if (store === undefined) return [curl];
  return [
    curl,
    onlyOn(`Install ${store.kind}`, control, () => [
      installPackage('nftables'),
      ensureStoreAccount(),
      installStoreProgram(store),
    ]),
    onlyOn('Run the object store', control, () => [
      stopFormerStore(cluster, store),
      ...ensureStoreFirewall(cluster, store),
      ...runStore(cluster, store, control),
      verifyStoreHealth(cluster, store),
    ]),
    onlyOn('Create the bucket and its key', control, () => [
      ensureBucket(cluster, store),
      store.kind === 'minio' ? ensureMinioKey(cluster, store) : ensureBucketPolicy(cluster, store),
    ]),
  ];
}
