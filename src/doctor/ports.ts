// Which ports on a machine are to be ours, besides those of its nodes, and who has them.

import { backupPorts } from '../backup/links.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Site } from '../model/site.ts';
import type { HostProblem } from '../server/host-check.ts';
import { storePorts } from '../store/links.ts';
import type { OwnPort } from '../system/network.ts';
import type { Listener, SeenSite } from './facts.ts';

const areas = [backupPorts, storePorts] as const;

export const ownPorts = (cluster: Cluster, site: Site): readonly OwnPort[] =>
  areas.flatMap((ports) => ports(cluster, site));

/** Other programs where ours will listen. */
export const foreignListeners = (cluster: Cluster, { site, facts }: SeenSite): readonly HostProblem[] =>
  ownPorts(cluster, site).flatMap(({ port, setting }) => {
    const listener = facts.listeners.find((one) => one.port === port);
    if (listener === undefined || isOurs(cluster, site, listener)) return [];
    const { command, pid, unit } = listener;
    return [
      {
        what: `port ${port} is taken by ${command} (pid ${pid}${unit ? `, ${unit}` : ''})`,
        next: `stop it: ${unit ? `systemctl disable --now ${unit}` : `kill ${pid}`}; or choose another port in .env.cluster: ${setting}`,
      },
    ];
  });

const isOurs = (cluster: Cluster, site: Site, { port, unit }: Listener): boolean =>
  ownPorts(cluster, site).some((own) => own.port === port && own.unit === unit);
