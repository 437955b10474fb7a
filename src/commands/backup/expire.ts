import type { Command } from 'commander';
import { answer, carryOut, onHosts, withHostKeyFlag, type ChangeFlags } from '../change.ts';
import { commonFlags, withCommonFlags } from '../common.ts';

/** `dbctl backup expire`: remove what PGBACKREST_RETENTION_* no longer keep. */
export const backupExpire = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .option('--dry-run', 'show what would be removed and touch nothing')
    .action(async (flags: ChangeFlags, command: Command) => {
      const { loadBackedUpCluster } = await import('../../config/load.ts');
      const { knownBackups } = await import('../../operations/backup-run.ts');
      const { backupExpirePlan } = await import('../../operations/backup-expire.ts');
      const { cluster, backup } = loadBackedUpCluster(commonFlags(command).config);
      await onHosts(cluster, [cluster.control], flags, async (hosts) => {
        const control = hosts.get(cluster.control.name);
        await knownBackups(cluster, backup, control);
        const result = await carryOut(backupExpirePlan(cluster, backup, control), flags);
        const removed = result.changes.map(({ change }) => `${change}\n`).join('');
        await answer(command, result, flags, flags.dryRun ? {} : { text: removed });
      });
    });
