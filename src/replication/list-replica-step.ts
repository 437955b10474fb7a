import { configuredReplicas, type Cluster, type Node } from '../model/cluster.ts';
import { appendReplica, takeOutReplica, writeNode } from '../config/edit.ts';
import { loadCluster } from '../config/load.ts';
import { shownPath } from '../config/shown-path.ts';
import { change, type Step } from '../engine/step.ts';

/** Adds a new replica to .env.cluster, with everything else in the file as it was. */
export const listReplica = ({ file }: Cluster, node: Node): Step => ({
  title: `Add ${node.name} to .env.cluster`,

  async diff() {
    const listed = loadCluster(file).nodes.some(({ name }) => name === node.name);
    return listed
      ? []
      : [change('cluster-file.add-node', `add ${writeNode(node)} to ${shownPath(file)}`, node.name)];
  },

  async apply() {
    appendReplica(file, node);
  },
});

/** Takes a replica out of .env.cluster, with everything else in the file as it was. */
export const unlistReplica = ({ file }: Cluster, node: Node): Step => ({
  title: `Remove ${node.name} from .env.cluster`,

  async diff() {
    const isListed = configuredReplicas(loadCluster(file)).some(({ name }) => name === node.name);
    return isListed
      ? [change('cluster-file.remove-node', `take ${writeNode(node)} out of ${shownPath(file)}`, node.name)]
      : [];
  },

  async apply() {
    takeOutReplica(file, node);
  },
});
