import type { Command } from 'commander';
import { withHostKeyFlag, type ChangeFlags } from '../../kit/change.ts';
import { commonFlags, withCommonFlags } from '../../kit/common.ts';

interface Flags extends ChangeFlags {
  readonly deep?: boolean;
}

/** `dbctl backup check`: could everything be brought back? Answers with monitoring's exit codes. */
export const backupCheckCommand = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .option('--deep', 'also send a new WAL file, and see it arrive (takes seconds, up to a minute)')
    .addHelpText('after', '\nExit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.')
    .action(async ({ acceptHostKey, deep }: Flags, command: Command) => {
      const { loadBackedUpCluster } = await import('../../config/load.ts');
      const { loginEnvironment } = await import('../../config/environment.ts');
      const { checkBackups } = await import('./check-facts.ts');
      const { config, output } = commonFlags(command);
      const { cluster, backup } = loadBackedUpCluster(config);
      const login = { ...loginEnvironment(), acceptHostKeys: acceptHostKey };
      const check = await checkBackups(cluster, backup, { ...login, deep });
      process.exitCode = check.exitCode;
      if (output === 'json') {
        process.stdout.write(`${JSON.stringify(check, null, 2)}\n`);
        return;
      }
      const { backupCheckText } = await import('./backup-check-text.ts');
      const { colourLevel } = await import('../../ui/terminal.ts');
      process.stdout.write(backupCheckText(check, colourLevel(process.stdout)));
    });
