// The links that backups and WAL travel on, tried with as little as possible. None of this writes WAL.

import type { BrokenLink } from '../../cluster/backup/backup-sight.ts';
import type { Backup } from '../../cluster/backup/backup.ts';
import type { Cluster, Node } from '../../cluster/cluster.ts';
import { linkComplaints } from '../../cluster/backup/pgbackrest-complaints.ts';
import { nodeConfigOf, pgbackrestFiles } from '../../cluster/backup/pgbackrest.ts';
import type { ReadableHost } from '../../remote/host.ts';
import { askEnd, backupInfo, pgbackrest } from '../../shell/pgbackrest.ts';
import { findBucketProblem, storeCaFile } from '../../steps/store/bucket-link.ts';
import { bucketOf } from '../../cluster/backup/backup.ts';

/** pgBackRest tries again until three times this has passed; by default that is three minutes. */
export const impatient = '--io-timeout=2';

/** An empty place: pgBackRest's check reaches every host, finds nothing there, and ends before it switches WAL. */
const nowhere = '--repo1-path=/dbctl-check-of-links';

/** From the control host to the TLS server of every node, each of which must accept it. */
export async function serverLinks(
  cluster: Cluster,
  { stanza }: Backup,
  control: ReadableHost,
): Promise<readonly BrokenLink[]> {
  const config = pgbackrestFiles(cluster).controlConfig;
  if ((await control.readFile(config)) === undefined) return [];
  const check = pgbackrest({ config, stanza }, 'check', nowhere, impatient);
  const { complaints } = await control.ask(askEnd(check));
  return asLinks(control, complaints);
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
  const info = await host.ask(backupInfo({ config, stanza }, impatient));
  return asLinks(host, info?.status.message.split('\n') ?? []);
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
function asLinks({ name }: ReadableHost, complaints: readonly string[]): readonly BrokenLink[] {
  const links = linkComplaints(complaints).map(({ complaint, meaning, next }) => {
    const place = /'([^' ]+:\d+)'/.exec(complaint)?.[1];
    const what = place ? `${name} → ${place}: ${meaning}` : `${name}: ${complaint} (${meaning})`;
    return { what, next: [next] };
  });
  return links.filter(({ what }, index) => links.findIndex((one) => one.what === what) === index);
}
