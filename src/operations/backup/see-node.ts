import type { NodeSight } from '../../cluster/backup/backup-sight.ts';
import type { Backup } from '../../cluster/backup/backup.ts';
import type { Cluster, Node } from '../../cluster/cluster.ts';
import { drillFiles } from '../../cluster/restore/drill.ts';
import { instanceOf } from '../../cluster/instance.ts';
import { nodeConfigOf } from '../../cluster/backup/pgbackrest.ts';
import type { ReadableHost } from '../../remote/host.ts';
import { lookingOnce } from '../../remote/looking-once.ts';
import { archiverFacts } from '../../shell/archiver.ts';
import { parseDrills } from '../../shell/drills.ts';
import { bucketLinks, repositoryLinks } from './broken-links.ts';
import { seeCertificates } from '../certificates/see-certificates.ts';

/** Everything that a node's host knows about backups, asked at once. */
export async function seeNode(
  cluster: Cluster,
  backup: Backup,
  node: Node,
  remote: ReadableHost,
): Promise<NodeSight> {
  const history = drillFiles(cluster).history;
  const config = nodeConfigOf(cluster, node);
  const host = lookingOnce(remote);
  const [archiver, ownConfig, repository, bucket, drills, certificates] = await Promise.all([
    host.ask(archiverFacts(instanceOf(cluster, node))),
    host.readFile(config),
    repositoryLinks(cluster, backup, node, host),
    bucketLinks(cluster, backup, host),
    host.readFile(history),
    seeCertificates(cluster, node, host),
  ]);
  return {
    node,
    archiver,
    isOurCommand: archiver?.command.includes(`--config=${config} `) ?? false,
    queueLimitBytes: ownConfig && queueLimit(ownConfig.content),
    brokenLinks: [...repository, ...bucket],
    drills: parseDrills(drills?.content ?? ''),
    certificates,
  };
}

function queueLimit(config: string): number | undefined {
  const gigabytes = /^archive-push-queue-max=(\d+)GiB$/m.exec(config)?.[1];
  return gigabytes === undefined ? undefined : Number(gigabytes) * 1024 ** 3;
}
