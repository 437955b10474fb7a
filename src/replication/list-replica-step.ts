import { configuredReplicas, type Cluster, type Node } from '../model/cluster.ts';
import { appendReplica, takeOutReplica, writeNode } from '../config/edit.ts';
import { loadCluster } from '../config/load.ts';
import { shownPath } from '../config/shown-path.ts';
import { change, ensure, type Step } from '../engine/step.ts';

/** Adds a new replica to .env.cluster, with everything else in the file as it was. */
export function listReplica({ file }: Cluster, node: Node): Step {
  const what = change('cluster-file.add-node', `add ${writeNode(node)} to ${shownPath(file)}`, node.name);
  return ensure(`Add ${node.name} to .env.cluster`, what, {
    isRight: async () => loadCluster(file).nodes.some(({ name }) => name === node.name),
    apply: async () => void appendReplica(file, node),
  });
}

/** Takes a replica out of .env.cluster, with everything else in the file as it was. */
export function unlistReplica({ file }: Cluster, node: Node): Step {
  const text = `take ${writeNode(node)} out of ${shownPath(file)}`;
  return ensure(
    `Remove ${node.name} from .env.cluster`,
    change('cluster-file.remove-node', text, node.name),
    {
      isRight: async () => configuredReplicas(loadCluster(file)).every(({ name }) => name !== node.name),
      apply: async () => void takeOutReplica(file, node),
    },
  );
}
