import type { Command } from 'commander';
import { answer, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl backup expire`: remove what PGBACKREST_RETENTION_* no longer keep. */
export const backupExpire = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .option('--dry-run', 'show what would be removed and touch nothing')
    .action(async (flags: ChangeFlags, command: Command) => {
      const { loadBackedUpCluster } = await import('../config/load.ts');
      const { knownBackups } = await import('./backup-plan.ts');
      const { backupExpirePlan } = await import('./expire-plan.ts');
      const { cluster, backup } = loadBackedUpCluster(commonFlags(command).config);
      const place = { cluster, machines: [cluster.control], flags };
      await changeHosts(command, place, async ({ hosts, carryOut }) => {
        const control = hosts.get(cluster.control.name);
        await knownBackups(cluster, backup, control);
        const result = await carryOut(backupExpirePlan(cluster, backup, control));
        const removed = result.changes.map(({ change }) => `${change}\n`).join('');
        await answer(command, result, flags, flags.dryRun ? {} : { text: removed });
      });
    });
