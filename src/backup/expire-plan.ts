// Removes the backups and the WAL that retention no longer keeps. pgBackRest does so after every backup, too.

import type { Backup } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import type { Step } from '../engine/step.ts';
import { CommandError } from '../model/errors.ts';
import type { Host } from '../host/host.ts';
import { expirable, inTurn } from './backup-work-query.ts';
import { pgbackrest } from './pgbackrest-query.ts';
import { controlPlace } from './make-backup-step.ts';
import { followRepositoryWork } from './repository-work-facts.ts';

/** Seconds that it waits for a backup that runs. */
const patience = 60;

export const backupExpirePlan = (cluster: Cluster, backup: Backup, control: Host): readonly Stage[] => [
  onlyOn('Remove expired backups and WAL', control, () => [expire(cluster, backup)]),
];

/** pgBackRest keeps PGBACKREST_RETENTION_FULL (at least one) full backups with all that they need. */
function expire(cluster: Cluster, backup: Backup): Step {
  const place = controlPlace(cluster, backup);
  return {
    title: 'Remove expired backups and WAL',

    async diff(host) {
      const { exitCode, complaints, removals } = await host.ask(expirable(place));
      if (exitCode === 0) return removals;
      throw new CommandError({
        what: `pgBackRest on ${host.name} cannot tell what is no longer kept`,
        why: [`exit code ${exitCode}`, ...complaints].join('\n'),
        next: ['see which link is broken: dbctl backup check'],
      });
    },

    async apply(host, report) {
      const work = {
        unit: `dbctl-expire-${cluster.name}`,
        what: 'the expiry',
        argv: inTurn(cluster, pgbackrest(place, 'expire'), patience),
        progress: () => 'removing what is no longer kept',
      };
      await followRepositoryWork(cluster, backup, host, work, report);
    },
  };
}
