import type { NodeSight } from '../cluster/backup-sight.ts';
import type { Backup } from '../cluster/backup.ts';
import type { Cluster, Node } from '../cluster/cluster.ts';
import { instanceOf } from '../cluster/instance.ts';
import { nodeConfigOf } from '../cluster/pgbackrest.ts';
import type { ReadableHost } from '../remote/host.ts';
import { archiverFacts } from '../shell/archiver.ts';
import { readDrills } from '../shell/drills.ts';
import { bucketLinks, repositoryLinks } from './broken-links.ts';

/** Everything that a node's host knows about backups, asked at once. */
export async function seeNode(
  cluster: Cluster,
  backup: Backup,
  node: Node,
  host: ReadableHost,
): Promise<NodeSight> {
  const [archiver, config, repository, bucket, drills] = await Promise.all([
    host.ask(archiverFacts(instanceOf(cluster, node))),
    host.readFile(nodeConfigOf(cluster, node)),
    repositoryLinks(cluster, backup, node, host),
    bucketLinks(cluster, backup, host),
    host.ask(readDrills(cluster)),
  ]);
  return {
    node,
    archiver,
    isOurCommand: archiver?.command.includes(`--config=${nodeConfigOf(cluster, node)} `) ?? false,
    queueLimitBytes: config && queueLimit(config.content),
    brokenLinks: [...repository, ...bucket],
    drills,
  };
}

function queueLimit(config: string): number | undefined {
  const gigabytes = /^archive-push-queue-max=(\d+)GiB$/m.exec(config)?.[1];
  return gigabytes === undefined ? undefined : Number(gigabytes) * 1024 ** 3;
}
