// The small service of a node that tells gateways its role.

import type { Cluster, Node } from '../model/cluster.ts';

export function roleCheckFiles({ name }: Pick<Cluster, 'name'>, node: Pick<Node, 'name'>) {
  const unit = `dbctl-role-${name}-${node.name}`;
  return {
    script: `/etc/dbctl/${name}/${node.name}/role.sh`,
    socket: `${unit}.socket`,
    socketFile: `/etc/systemd/system/${unit}.socket`,
    serviceFile: `/etc/systemd/system/${unit}@.service`,
  };
}
