// Removes the backups and the WAL that retention no longer keeps. pgBackRest does so after every backup, too.

import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { onlyOn } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import { CommandError } from '../model/errors.ts';
import type { ChangeHosts } from '../operation/change-hosts.ts';
import { expirable, withRepositoryLock } from './backup-work-query.ts';
import { knownBackups } from './backup-plan.ts';
import { pgbackrest, controlPlace } from './pgbackrest-query.ts';
import { followRepositoryWork } from './repository-work-facts.ts';

/** Seconds that it waits for a backup that runs. */
const patience = 60;

/** Throws RefusedError when the repository has no stanza of the cluster. */
export const expireBackups = (cluster: Cluster, backup: Backup, changeHosts: ChangeHosts) =>
  changeHosts(cluster, [cluster.control], async ({ hosts, carryOut }) => {
    const control = hosts.get(cluster.control.name);
    await knownBackups(cluster, backup, control);
    return { result: await carryOut([onlyOn(title, control, () => [expire(cluster, backup)])]) };
  });

const title = 'Remove expired backups and WAL';

/** pgBackRest keeps PGBACKREST_RETENTION_FULL (at least one) full backups with all that they need. */
function expire(cluster: Cluster, backup: Backup): Step {
  const place = controlPlace(cluster, backup);
  return {
    title,

    async diff(host) {
      const { exitCode, complaints, removals } = await host.ask(expirable(place));
      if (exitCode === 0) return removals;
      throw new CommandError({
        what: `pgBackRest on ${host.name} cannot list what has expired`,
        why: [`exit code ${exitCode}`, ...complaints].join('\n'),
        next: ['see which link is broken: dbctl backup check'],
      });
    },

    async apply(host, report) {
      const work = {
        unit: `dbctl-expire-${cluster.name}`,
        what: 'backup expire',
        argv: withRepositoryLock(cluster, pgbackrest(place, 'expire'), patience),
        progress: () => 'removing expired backups and WAL',
      };
      await followRepositoryWork(cluster, backup, host, work, report);
    },
  };
}
