import { isOnControlHost } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Site } from '../model/site.ts';
import { ends, type Link, type OwnPort } from '../system/network.ts';
import { pgbackrestFiles } from './pgbackrest.ts';

/** The control host reaches every node; where it has the repository, every node reaches it. */
export function backupLinks({ backup }: Cluster, sites: readonly Site[]): readonly Link[] {
  if (backup === undefined) return [];
  const control = sites.find(({ isControl }) => isControl);
  const away = sites.filter(({ isControl }) => !isControl);
  const common = { port: backup.tlsPort, service: 'pgbackrest', isLater: false } as const;
  return away.flatMap((site): readonly Link[] => {
    if (control === undefined) return [];
    return [
      { ...ends(control, site), ...common, why: `backups of ${site.name} are made from ${control.name}` },
      ...(isOnControlHost(backup)
        ? [{ ...ends(site, control), ...common, why: `${control.name} keeps the WAL of ${site.name}` }]
        : []),
    ];
  });
}

/** Of pgBackRest's TLS server. */
export function backupPorts(cluster: Cluster, { nodes, isControl }: Site): readonly OwnPort[] {
  const { backup } = cluster;
  const serves = backup !== undefined && (isControl ? isOnControlHost(backup) : nodes.length > 0);
  return serves
    ? [{ port: backup.tlsPort, unit: pgbackrestFiles(cluster).unit, setting: 'PGBACKREST_TLS_PORT' }]
    : [];
}
