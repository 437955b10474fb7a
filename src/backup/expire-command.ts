import { option } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl backup expire`: remove what PGBACKREST_RETENTION_* no longer keep, or a timeline that is not the cluster's. */
export const backupExpire = changeCommand({
  needs: 'backup',
  flags: {
    timeline: option('--timeline <number>', 'remove this timeline instead, which another server made'),
  },
  dryRun: 'show what would be removed; change nothing',
  yes: 'do not ask for the name of the cluster',
  async run({ cluster, backup, flags: { timeline }, ...access }) {
    if (timeline !== undefined) {
      return (await import('./remove-timeline-plan.ts')).removeTimeline(
        { cluster, backup, timeline },
        access,
      );
    }
    return (await import('./expire-plan.ts')).expireBackups(cluster, backup, access.changeHosts);
  },
  text: ({ result }, { dryRun }) =>
    dryRun ? '' : result.changes.map(({ change }) => `${change}\n`).join(''),
});
