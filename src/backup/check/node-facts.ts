import type { NodeBackupFacts } from './backup-facts.ts';
import type { Backup } from '../../model/backup.ts';
import type { Cluster, Node } from '../../model/cluster.ts';
import { drillFiles } from '../drill/drill.ts';
import { instanceOf } from '../../model/instance.ts';
import { nodeConfigOf, queueLimitOf } from '../pgbackrest.ts';
import type { ReadableHost } from '../../host/host.ts';
import { batchingHost } from '../../host/batching-host.ts';
import { archiverFacts } from '../../postgres/archiver.ts';
import { localHistories } from '../pgbackrest-query.ts';
import { hostFacts } from '../../server/host-facts-query.ts';
import { fixedParts } from '../../server/fixed-parts.ts';
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
  const [archiver, ownConfig, repository, bucket, drills, certificates, histories, { layout }] =
    await Promise.all([
      host.ask(archiverFacts(instanceOf(cluster, node))),
      host.readFile(config),
      repositoryLinks(cluster, backup, node, host),
      bucketLinks(cluster, backup, host),
      host.readFile(history),
      readCertificateFacts(cluster, node, host),
      host.ask(localHistories(instanceOf(cluster, node))),
      host.ask(hostFacts(instanceOf(cluster, node))),
    ]);
  return {
    node,
    archiver,
    isOurCommand: archiver?.command.includes(`--config=${config} `) ?? false,
    queueLimitBytes: ownConfig && queueLimitOf(ownConfig.content),
    brokenLinks: [...repository, ...bucket],
    drills: parseDrills(drills?.content ?? ''),
    certificates,
    histories,
    fixedParts: layout ? fixedParts(layout, instanceOf(cluster, node)) : [],
  };
}
