import { dirname } from 'node:path/posix';
import type { Cluster, Node } from '../model/cluster.ts';
import { change, type Step } from '../engine/step.ts';
import { existing, removePaths, stopUnits } from '../system/removal.ts';
import { haproxyFiles } from './haproxy.ts';
import { roleCheckFiles } from './role-check.ts';

/** Ends HAProxy of the cluster on a host that is no gateway; the package stays. */
export function removeHaproxy(cluster: Cluster): Step {
  const { config, unit, unitFile } = haproxyFiles(cluster);
  return removal('Remove HAProxy', [unit], [unitFile, dirname(config)]);
}

/** Closes the port on which a node told its role. */
export function removeRoleCheck(cluster: Cluster, node: Node): Step {
  const { script, socket, socketFile, serviceFile } = roleCheckFiles(cluster, node);
  return removal('Close the port that told the role', [socket], [socketFile, serviceFile, script]);
}

const removal = (title: string, units: readonly string[], paths: readonly string[]): Step => ({
  title,
  async diff(host) {
    const found = await host.ask(existing(paths));
    return found.map((path) => change('file.remove', `remove ${path}`, path));
  },
  async apply(host) {
    await host.run(stopUnits(units));
    await host.run(removePaths(paths));
  },
});
