// Tells whoever shows or keeps what a run does which cluster it is about: its name, and the secrets not to repeat.

import { channel } from 'node:diagnostics_channel';
import type { Cluster } from '../model/cluster.ts';

const loaded = channel('dbctl.cluster');

/** To be called with every cluster that was read; answers it. */
export function publishCluster(cluster: Cluster): Cluster {
  loaded.publish(cluster);
  return cluster;
}

/** Calls `listener` with every cluster that is read from now on; answers how to stop that. */
export function watchClusters(listener: (cluster: Cluster) => void): () => void {
  const subscriber = (message: unknown): void => listener(message as Cluster);
  loaded.subscribe(subscriber);
  return () => loaded.unsubscribe(subscriber);
}
