// Which ports on a machine are to be ours, besides those of its nodes, and who has them.

import { isKeptHere, keepingsOf } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Listener, SeenSite } from './facts.ts';
import type { HostProblem } from '../server/host-check.ts';
import { pgbackrestFiles } from '../backup/pgbackrest.ts';
import type { Site } from './site.ts';
import { storeFiles } from '../store/store.ts';

export interface OwnPort {
  readonly port: number;
  /** The unit that listens there once it is set up. */
  readonly unit: string;
  /** How it is changed in .env.cluster. */
  readonly setting: string;
}

/** The ports of pgBackRest's TLS server and of object stores. */
export function ownPorts(cluster: Cluster, { nodes, isControl }: Site): readonly OwnPort[] {
  const { backup } = cluster;
  if (backup === undefined) return [];
  const serves = isControl ? isKeptHere(backup) : nodes.length > 0;
  const stores = isControl ? keepingsOf(backup).map(({ repository }) => repository) : [];
  return [
    ...(serves
      ? [{ port: backup.tlsPort, unit: pgbackrestFiles(cluster).unit, setting: 'PGBACKREST_TLS_PORT' }]
      : []),
    ...stores.flatMap((store) =>
      store.kind === 'minio' || store.kind === 'versitygw'
        ? [{ port: store.port, unit: storeFiles(cluster, store.kind).unit, setting: 'MINIO_ENDPOINT' }]
        : [],
    ),
  ];
}

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
