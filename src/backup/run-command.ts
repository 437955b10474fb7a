import { Option, type Command } from 'commander';
import { backupTypes, type BackupType } from '../model/backup.ts';
import { answer, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends ChangeFlags {
  readonly type: BackupType;
}

/** `dbctl backup run`: one backup more, now. */
export const backupRun = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .addOption(
      new Option('--type <type>', 'full, diff (since the last full) or incr (since the last one)')
        .choices(backupTypes)
        .default('incr'),
    )
    .option('--dry-run', 'show what would be made and touch nothing')
    .action(async (flags: Flags, command: Command) => {
      const { loadBackedUpCluster } = await import('../config/load.ts');
      const { ledAsConfigured } = await import('../model/cluster.ts');
      const { backupRunPlan, insistOnSoundPages, knownBackups, madeBackup } =
        await import('./backup-plan.ts');
      const { controlPlace } = await import('./make-backup-step.ts');
      const { madeText } = await import('./backup-made-text.ts');
      const { cluster: configured, backup } = loadBackedUpCluster(commonFlags(command).config);
      const cluster = ledAsConfigured(configured);
      const place = { cluster, machines: [cluster.control], flags };
      await changeHosts(command, place, async ({ hosts, carryOut }) => {
        const control = hosts.get(cluster.control.name);
        const asked = { control, type: flags.type, known: await knownBackups(cluster, backup, control) };
        const result = await carryOut(backupRunPlan(cluster, backup, asked));
        const made = flags.dryRun ? undefined : await madeBackup(cluster, backup, asked);
        const text = made && madeText({ cluster: cluster.name, made });
        await answer(command, result, flags, made && { text: text!, json: { backup: made } });
        if (made) insistOnSoundPages(controlPlace(cluster, backup), made);
      });
    });
