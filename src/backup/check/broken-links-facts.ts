// The links that backups and WAL travel on, tried with as little as possible. None of this writes WAL.

import type { BrokenLink } from './backup-facts.ts';
import type { Backup } from '../../model/backup.ts';
import { type Cluster, type Node } from '../../model/cluster.ts';
import { linkComplaints, type LinkComplaint } from '../pgbackrest-complaints.ts';
import { nodeConfigOf, pgbackrestFiles } from '../pgbackrest.ts';
import type { ReadableHost } from '../../host/host.ts';
import { backupInfo } from '../pgbackrest-query.ts';
import { repositoryComplaints, serverComplaints } from '../server-links-facts.ts';
import { findBucketProblem, storeCaFile } from '../bucket-link-facts.ts';
import { bucketOf } from '../../model/backup.ts';

/** pgBackRest tries again until three times this has passed; by default that is three minutes. */
export const ioTimeout2s = '--io-timeout=2';

/** From the control host to the TLS server of every node, each of which must accept it. */
export async function serverLinks(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<readonly BrokenLink[]> {
  if ((await control.readFile(pgbackrestFiles(cluster).controlConfig)) === undefined) return [];
  const ask = { nodes: cluster.nodes, patienceMs: 0, timeout: ioTimeout2s };
  return asLinks(control, await serverComplaints(cluster, backup, control, ask));
}

/** From a node to a repository that is not in a bucket. */
export async function repositoryLinks(
  cluster: Cluster,
  backup: Backup,
  node: Node,
  host: ReadableHost,
): Promise<readonly BrokenLink[]> {
  if (bucketOf(backup) !== undefined) return [];
  const { stanza } = backup;
  const config = nodeConfigOf(cluster, node);
  if ((await host.readFile(config)) === undefined) return [];
  const unanswered = await repositoryComplaints(cluster, backup, { node, host, patienceMs: 0 });
  if (unanswered.length > 0) return asLinks(host, unanswered);
  const info = await host.ask(backupInfo({ config, stanza }, ioTimeout2s));
  return asLinks(host, linkComplaints(info?.status.message.split('\n') ?? []));
}

/** From a host to the bucket, when there is one. */
export async function bucketLinks(
  cluster: Cluster,
  backup: Backup,
  host: ReadableHost,
): Promise<readonly BrokenLink[]> {
  const bucket = bucketOf(backup);
  if (bucket === undefined) return [];
  const caFile = storeCaFile(cluster, bucket);
  // A host that is not set up yet has nothing to judge by.
  if (caFile !== undefined && (await host.readFile(caFile)) === undefined) return [];
  const problem = await findBucketProblem(cluster, backup, host);
  return problem ? [{ what: `${problem.from}: ${problem.what}`, next: [problem.next] }] : [];
}

/** pgBackRest repeats itself: once for each try, and once for each thing that it needed the link for. */
function asLinks({ name }: ReadableHost, complaints: readonly LinkComplaint[]): readonly BrokenLink[] {
  const links = complaints.map(({ complaint, meaning, next }) => {
    const place = /'([^' ]+:\d+)'/.exec(complaint)?.[1];
    const what = place ? `${name} → ${place}: ${meaning}` : `${name}: ${complaint} (${meaning})`;
    return { what, next: [next] };
  });
  return links.filter(({ what }, index) => links.findIndex((one) => one.what === what) === index);
}
