// The small service of a node that tells gateways its role.

import type { Cluster, Node } from '../model/cluster.ts';
import type { Gateways } from '../model/gateways.ts';

export function roleCheckFiles({ name }: Pick<Cluster, 'name'>, node: Pick<Node, 'name'>) {
  const unit = `dbctl-role-${name}-${node.name}`;
  return {
    script: `/etc/dbctl/${name}/${node.name}/role.sh`,
    socket: `${unit}.socket`,
    socketFile: `/etc/systemd/system/${unit}.socket`,
    serviceFile: `/etc/systemd/system/${unit}@.service`,
  };
}

const usualPort = 5432;

/** TCP port on which a node tells gateways its role: as far from CLUSTER_ROLE_PORT as its own is from 5432. */
export const rolePortOf = ({ rolePort }: Gateways, { port }: Pick<Node, 'port'>): number =>
  rolePort + port - usualPort;
