import { dirname } from 'node:path/posix';
import type { Cluster, Node } from '../model/cluster.ts';
import type { Step } from '../engine/step.ts';
import { removeParts } from '../system/removal-step.ts';
import { haproxyFiles } from './haproxy.ts';
import { roleCheckFiles } from './role-check.ts';

/** Ends HAProxy of the cluster on a host that is no gateway; the package stays. */
export function removeHaproxy(cluster: Cluster): Step {
  const { config, unit, unitFile } = haproxyFiles(cluster);
  return removeParts('Remove HAProxy', { units: [unit], paths: [unitFile, dirname(config)] });
}

/** Closes the port on which a node told its role. */
export function removeRoleCheck(cluster: Cluster, node: Node): Step {
  const { script, socket, socketFile, serviceFile } = roleCheckFiles(cluster, node);
  return removeParts('Close the port that told the role', {
    units: [socket],
    paths: [socketFile, serviceFile, script],
  });
}
