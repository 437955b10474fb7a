import { hasStanza } from './backup-info.ts';
import type { Backup } from '../model/backup.ts';
import type { LedCluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { change, type Step } from '../engine/step.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { systemIdentifier } from '../postgres/instance.ts';
import { askEnd, backupInfo, pgbackrest, controlPlace } from './pgbackrest-query.ts';

/** Exit codes of pgBackRest: what is in the repository belongs to another database (28), version or system (58). */
const otherDatabase: ReadonlySet<number> = new Set([28, 58]);

/** Keeps the stanza: the cluster's place in the repository. One that belongs to another cluster is never touched. */
export function ensureStanza(cluster: LedCluster, { stanza }: Backup, primary: ReadableHost): Step {
  const place = controlPlace(cluster, { stanza });
  return {
    title: 'Create the stanza',

    async diff(host) {
      if ((await host.readFile(place.config)) === undefined)
        return [change('stanza.make', `make the stanza ${stanza}`, stanza)];
      const [info, own] = await Promise.all([
        host.ask(backupInfo(place)),
        primary.ask(systemIdentifier(instanceOf(cluster, cluster.primary))),
      ]);
      if (info === undefined || !hasStanza(info))
        return [change('stanza.make', `make the stanza ${stanza}`, stanza)];
      const last = info.databases.at(-1)?.systemIdentifier;
      if (own === undefined && last !== undefined) throw hasNoData(stanza, cluster.primary.name, last);
      if (last !== own) throw belongsToAnother(stanza, [`there: ${last}, here: ${own}`]);
      return [];
    },

    async apply(host) {
      const { exitCode, complaints } = await host.ask(askEnd(pgbackrest(place, 'stanza-create')));
      if (exitCode === 0) return;
      if (otherDatabase.has(exitCode)) throw belongsToAnother(stanza, complaints);
      throw notMade(host, stanza, complaints);
    },
  };
}

const belongsToAnother = (stanza: string, complaints: readonly string[]): RefusedError =>
  new RefusedError({
    what: `the stanza ${stanza} in the repository belongs to another cluster`,
    why: ['Its system identifier differs from that of this primary.', ...complaints].join('\n'),
    next: [
      'if the disk of the cluster was not mounted when this primary was made, mount it; or restore the backups: dbctl backup restore --in-place',
      'only a new cluster that somebody wanted gets a stanza of its own (PGBACKREST_STANZA); a person must decide: see docs/operations.md',
      'the old backups remain: dbctl backup info',
    ],
  });

/** A primary that is made now would be another cluster: no advice here may end in one. */
const hasNoData = (stanza: string, primary: string, identifier: string): RefusedError =>
  new RefusedError({
    what: `the stanza ${stanza} has the backups of a cluster, and ${primary} has no data: is its disk mounted?`,
    why: `The system identifier of the cluster in the repository is ${identifier}.`,
    next: [
      `mount the disk of ${primary}, and run the same command again`,
      'if it is lost for good, restore the backups: dbctl backup restore --in-place',
      'nothing was changed',
    ],
  });

const notMade = (host: ReadableHost, stanza: string, complaints: readonly string[]): CommandError =>
  new CommandError({
    what: `the stanza ${stanza} could not be made on ${host.name}`,
    why: complaints.join('\n'),
    next: ['fix the reported cause, then run the same command again: it is safe'],
  });
