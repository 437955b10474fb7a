import type { NodeBackupFacts } from './backup-facts.ts';
import type { Backup } from '../../model/backup.ts';
import type { Cluster, Node } from '../../model/cluster.ts';
import { drillFiles } from '../drill/drill.ts';
import { instanceOf } from '../../model/instance.ts';
import { nodeConfigOf, queueLimitOf } from '../pgbackrest.ts';
import type { ReadableHost } from '../../host/host.ts';
import { batchingHost } from '../../host/batching-host.ts';
import { archiverFacts } from '../../postgres/archiver.ts';
import { parseDrills } from '../drill/drills-query.ts';
import { bucketLinks, repositoryLinks } from './broken-links-facts.ts';
import { readCertificateFacts } from './certificate-facts.ts';

/** Everything that a node's host knows about backups, asked at once. */
export async function readNodeBackupFacts(
  cluster: Cluster,
  backup: Backup,
  node: Node,
  remote: ReadableHost,
): Promise<NodeBackupFacts> {
  const history = drillFiles(cluster).history;
  const config = nodeConfigOf(cluster, node);
  const host = batchingHost(remote);
  const [archiver, ownConfig, repository, bucket, drills, certificates] = await Promise.all([
    host.ask(archiverFacts(instanceOf(cluster, node))),
    host.readFile(config),
    repositoryLinks(cluster, backup, node, host),
    bucketLinks(cluster, backup, host),
    host.readFile(history),
    readCertificateFacts(cluster, node, host),
  ]);
  return {
    node,
    archiver,
    isOurCommand: archiver?.command.includes(`--config=${config} `) ?? false,
    queueLimitBytes: ownConfig && queueLimitOf(ownConfig.content),
    brokenLinks: [...repository, ...bucket],
    drills: parseDrills(drills?.content ?? ''),
    certificates,
  };
}
