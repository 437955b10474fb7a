// The links between the hosts are tested before anything is made in the repository. These steps change nothing, ever.

import { linkComplaints } from '../../cluster/backup/pgbackrest-complaints.ts';
import type { Backup } from '../../cluster/backup/backup.ts';
import { hasStanza } from '../../cluster/backup/backup-info.ts';
import type { Cluster, Node } from '../../cluster/cluster.ts';
import { nodeConfigOf, pgbackrestFiles } from '../../cluster/backup/pgbackrest.ts';
import type { Step } from '../../engine/step.ts';
import { CommandError, UnreachableError } from '../../errors.ts';
import type { ReadableHost } from '../../remote/host.ts';
import { askEnd, backupInfo, bounded, pgbackrest } from '../../shell/pgbackrest.ts';

/** The control host reaches the TLS server of every node, and each accepts the other. */
export const verifyServerLinks = (cluster: Cluster, { stanza }: Backup): Step => ({
  title: 'Reach every TLS server',

  async diff(host) {
    const place = { config: pgbackrestFiles(cluster).controlConfig, stanza };
    if ((await host.readFile(place.config)) === undefined) return [];
    // Once there is a stanza, pgBackRest's check follows later, and sees more.
    const info = await host.ask(backupInfo(place, bounded)).catch(noAnswer);
    if (info && hasStanza(info)) return [];
    // Without a stanza it ends badly in any case; what it says about the hosts comes before that.
    const { complaints } = await host.ask(askEnd(pgbackrest(place, 'check', bounded)));
    return refuseComplaints(host, complaints);
  },

  async apply() {},
});

/** The control host reaches these nodes, whatever the others do, once there is a stanza and WAL arrives. */
export function verifyNodeLinks(cluster: Cluster, { stanza }: Backup, nodes: readonly Node[]): Step {
  const place = { config: pgbackrestFiles(cluster).controlConfig, stanza };
  // pgBackRest quotes the host it speaks of, with or without a port: 'pg2', 'pg2:8432'.
  const isAbout = (complaint: string): boolean =>
    nodes.some(({ host }) => complaint.includes(`'${host}'`) || complaint.includes(`'${host}:`));
  return {
    title: 'Reach the TLS servers of the nodes',

    async diff(host) {
      if ((await host.readFile(place.config)) === undefined) return [];
      const { complaints } = await host.ask(askEnd(pgbackrest(place, 'check', bounded)));
      return refuseComplaints(host, complaints.filter(isAbout));
    },

    async apply() {},
  };
}

/** A node reaches the control host's TLS server, which keeps the repository. */
export const verifyRepositoryLink = (cluster: Cluster, { stanza }: Backup, node: Node): Step => ({
  title: 'Reach the repository',

  async diff(host) {
    const config = nodeConfigOf(cluster, node);
    if ((await host.readFile(config)) === undefined) return [];
    const { complaints } = await host.ask(askEnd(pgbackrest({ config, stanza }, 'info', bounded)));
    return refuseComplaints(host, complaints);
  },

  async apply() {},
});

/** A repository that cannot be read is one more thing to find out about. */
function noAnswer(error: unknown): undefined {
  if (error instanceof CommandError) return undefined;
  throw error;
}

function refuseComplaints(host: ReadableHost, complaints: readonly string[]): readonly string[] {
  const found = linkComplaints(complaints);
  if (found.length === 0) return [];
  throw new UnreachableError({
    what: `pgBackRest on ${host.name} cannot reach another host`,
    why: found.map(({ complaint, meaning }) => `${complaint}\n(${meaning})`).join('\n'),
    next: [...new Set(found.map(({ next }) => next)), 'then run the same command again: it is safe'],
  });
}
