import type { Backup } from '../cluster/backup.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { nodesOf } from '../cluster/cluster.ts';
import { instanceOf } from '../cluster/instance.ts';
import { nodeConfigOf, pgbackrestFiles } from '../cluster/pgbackrest.ts';
import { linkComplaints } from '../cluster/pgbackrest-complaints.ts';
import type { Step } from '../engine/step.ts';
import { UnverifiedError } from '../errors.ts';
import type { ReadableHost } from '../remote/host.ts';
import { askEnd, pgbackrest } from '../shell/pgbackrest.ts';
import { archiverFacts } from '../shell/archiver.ts';
import { serverSays, unitSays } from './evidence.ts';

/** pgBackRest's exit code when a WAL file did not arrive within archive-timeout, a minute. */
const archiveTimeout = 82;

/**
 * Lets pgBackRest check itself from one side: on the control host all nodes, on a node itself and the repository. The
 * primary switches to a new WAL file, and the old one must arrive. Changes nothing else, ever.
 */
export const verifyArchiving = (cluster: Cluster, backup: Backup): Step => ({
  title: 'See WAL arrive in the repository',
  evidence: (host) => evidenceOn(cluster, host),

  async diff(host) {
    const config = configOn(cluster, host);
    if ((await host.readFile(config)) === undefined) return ['see WAL arrive in the repository'];
    const check = askEnd(pgbackrest({ config, stanza: backup.stanza }, 'check'));
    const first = await host.ask(check);
    // A file that was finished while the server was being told its new command may have been let go by the old one.
    const { exitCode, complaints } = first.exitCode === archiveTimeout ? await host.ask(check) : first;
    if (exitCode === 0) return [];
    throw await checkFailed(cluster, host, complaints);
  },

  async apply() {},
});

async function checkFailed(
  cluster: Cluster,
  host: ReadableHost,
  complaints: readonly string[],
): Promise<UnverifiedError> {
  const links = linkComplaints(complaints);
  const meanings = links.map(({ meaning }) => `(${meaning})`);
  return new UnverifiedError({
    what: `pgBackRest's check failed on ${host.name}`,
    why: [...complaints, ...meanings, ...(await archiverSays(cluster, host))].join('\n'),
    next: [
      ...new Set(links.map(({ next }) => next)),
      'see each link and what to do: dbctl backup check',
      'then run the same command again: it is safe',
    ],
  });
}

/** On a node PostgreSQL says why a file did not leave; on the control host, the server that takes it. */
function evidenceOn(cluster: Cluster, host: ReadableHost): Promise<string> {
  const node = nodesOf(cluster).find(({ name }) => name === host.name);
  const source = node ? serverSays(instanceOf(cluster, node)) : unitSays(pgbackrestFiles(cluster).unit);
  return source.evidence(host);
}

function configOn(cluster: Cluster, host: ReadableHost): string {
  const node = nodesOf(cluster).find(({ name }) => name === host.name);
  const isControl = host.name === cluster.control.name;
  return node && !isControl ? nodeConfigOf(cluster, node) : pgbackrestFiles(cluster).controlConfig;
}

/** What PostgreSQL's archiver says of itself, when the host has a server. */
async function archiverSays(cluster: Cluster, host: ReadableHost): Promise<readonly string[]> {
  const node = nodesOf(cluster).find(({ name }) => name === host.name);
  if (node === undefined) return [];
  const facts = await host.ask(archiverFacts(instanceOf(cluster, node)));
  if (facts === undefined || facts.lastFailedWal === null) return [];
  return [`the archiver failed ${facts.failedCount} times, last for ${facts.lastFailedWal}`];
}
