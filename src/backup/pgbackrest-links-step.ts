// The links between the hosts are tested before anything is made in the repository. These steps change nothing, ever.

import { linkComplaints, type LinkComplaint } from './pgbackrest-complaints.ts';
import type { Backup } from '../model/backup.ts';
import { hasStanza } from './backup-info.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { nodeConfigOf, pgbackrestFiles } from './pgbackrest.ts';
import { check, type Step } from '../engine/step.ts';
import { RefusedError, UnreachableError } from '../model/errors.ts';
import { noAnswer } from '../host/no-answer.ts';
import type { ReadableHost } from '../host/host.ts';
import { repositoryComplaints, serverComplaints, startingMs } from './server-links-facts.ts';
import {
  askEnd,
  backupInfo,
  ioTimeout10s,
  pgbackrest,
  controlPlace,
  pgbackrestVersion,
} from './pgbackrest-query.ts';

const retryWindow = { patienceMs: startingMs, timeout: ioTimeout10s };

/** The control host reaches the TLS servers of these nodes, and each accepts the other. */
export const verifyServerLinks = (
  cluster: Cluster,
  backup: Backup,
  nodes: readonly Node[] = cluster.nodes,
): Step =>
  check('Verify access to every TLS server', async (host) => {
    const place = controlPlace(cluster, backup);
    if ((await host.readFile(place.config)) === undefined) return;
    // Once there is a stanza, pgBackRest's check follows later, and sees more. One that cannot be read is one more thing
    // to find out about.
    const info = await host.ask(backupInfo(place)).catch(noAnswer);
    if (info && hasStanza(info)) return;
    return refuse(host, await serverComplaints(cluster, backup, host, { nodes, ...retryWindow }));
  });

/** The control host reaches these nodes, whatever the others do. */
export const verifyNodeLinks = (cluster: Cluster, backup: Backup, nodes: readonly Node[]): Step =>
  check("Verify access to the nodes' TLS servers", async (host) => {
    if ((await host.readFile(pgbackrestFiles(cluster).controlConfig)) === undefined) return;
    return refuse(host, await serverComplaints(cluster, backup, host, { nodes, ...retryWindow }));
  });

/** A node reaches the control host's TLS server, which keeps the repository. */
export const verifyRepositoryLink = (cluster: Cluster, backup: Backup, node: Node): Step =>
  check('Verify access to the repository', async (host) => {
    const config = nodeConfigOf(cluster, node);
    if ((await host.readFile(config)) === undefined) return;
    const unanswered = await repositoryComplaints(cluster, backup, { node, host, patienceMs: startingMs });
    if (unanswered.length > 0) return refuse(host, unanswered);
    const { stanza } = backup;
    const { complaints } = await host.ask(askEnd(pgbackrest({ config, stanza }, 'info', ioTimeout10s)));
    return refuse(host, linkComplaints(complaints));
  });

function refuse(host: ReadableHost, found: readonly LinkComplaint[]): void {
  if (found.length === 0) return;
  throw new UnreachableError({
    what: `pgBackRest on ${host.name} cannot reach another host`,
    why: found.map(({ complaint, meaning }) => `${complaint}\n(${meaning})`).join('\n'),
    next: [...new Set(found.map(({ next }) => next)), 'then run the same command again: it is safe'],
  });
}

/** Refuses hosts whose pgBackRest differs: its protocol accepts the very same version only. Changes nothing, ever. */
export const checkSameVersion = (hosts: readonly ReadableHost[]): Step =>
  check('Compare the pgBackRest versions', async () => {
    const versions = await Promise.all(hosts.map((host) => host.ask(pgbackrestVersion())));
    const found = new Set(versions.filter((version) => version !== undefined));
    if (found.size <= 1) return;
    throw new RefusedError({
      what: 'the hosts have different versions of pgBackRest',
      why: hosts.map(({ name }, index) => `${name}: ${versions[index] ?? 'none'}`).join('\n'),
      next: [
        'install the same version on all of them, from the same package sources: apt-get update; apt-get install --only-upgrade pgbackrest',
        "hosts with different Debian releases need the PostgreSQL project's own repository for that",
      ],
    });
  });
