// The transient units that make a replica's data. They have one name: only one of them may run.

import type { CloneBackup } from './clone-method.ts';
import type { CloneSource } from '../server/source-facts.ts';
import type { Cluster, LedCluster, Node } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { nodeConfigOf } from '../backup/pgbackrest.ts';
import { slotNameOf } from '../model/slot.ts';
import { conninfo, settingValue } from '../postgres/libpq.ts';
import { pgbackrest } from '../backup/pgbackrest-query.ts';
import type { TransientUnit } from '../host/systemd.ts';
import { primaryConnection } from './follow-primary-step.ts';
import { script } from '../host/script.ts';

export const cloneUnitName = (cluster: Cluster, node: Node): string =>
  `dbctl-clone-${cluster.name}-${node.name}`;

/** One stream of the primary. */
export const streamUnit = (
  cluster: LedCluster,
  node: Node,
  source: Pick<CloneSource, 'databaseBytes' | 'cores' | 'tablespaces'>,
): TransientUnit =>
  unit(cluster, node, 'replication/clone-replica.sh', `Clone of ${cluster.primary.name} for ${node.name}`, [
    chooseCompression(source),
    ...source.tablespaces.map(({ path }) => path),
  ]);

/** A backup, restored by as many processes as the host has cores. Its WAL comes when the server runs. */
export function restoreUnit(
  cluster: LedCluster,
  node: Node,
  { label, repository, stanza, tablespaces = [] }: CloneBackup,
): TransientUnit {
  const place = { config: nodeConfigOf(cluster, node), stanza };
  const settings = [
    `primary_conninfo = ${settingValue(conninfo(primaryConnection(cluster, node)))}`,
    `primary_slot_name = ${settingValue(slotNameOf(node))}`,
  ];
  // The script adds the place, and then the command.
  const argv = pgbackrest(place, 'restore', `--repo=${repository}`, `--set=${label}`).slice(0, -1);
  return unit(cluster, node, 'replication/clone-from-backup.sh', `Restore of ${label} for ${node.name}`, [
    settings.join('\n'),
    tablespaces.map(({ oid, path }) => `${oid}=${path}`).join('\n'),
    ...argv,
  ]);
}

function unit(
  cluster: LedCluster,
  node: Node,
  path: string,
  description: string,
  more: readonly string[],
): TransientUnit {
  const { binDirectory, dataDirectory } = instanceOf(cluster, node);
  const primary = conninfo(primaryConnection(cluster, node));
  return {
    name: cloneUnitName(cluster, node),
    description,
    asUser: 'postgres',
    argv: [...script(path, binDirectory, dataDirectory, primary, slotNameOf(node)), ...more],
  };
}

/** Below this a clone takes about a second whatever is done, in bytes. */
const worthwhileBytes = 256 * 1024 ** 2;

/**
 * How pg_basebackup compresses on the server: lz4 where there is enough to copy and a core is free to do it, because it
 * halves what is sent for little CPU (docs/decisions/009-clone-compression.md has the measurement); otherwise not at all.
 */
export const chooseCompression = (source: {
  readonly databaseBytes: number;
  readonly cores: number;
}): string => (source.databaseBytes >= worthwhileBytes && source.cores >= 2 ? 'server-lz4:level=1' : 'none');
