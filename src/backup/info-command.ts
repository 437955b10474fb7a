import type { Command } from 'commander';
import { withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl backup info`: what can be restored, and what there is. */
export const backupShow = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadBackedUpCluster } = await import('../config/load.ts');
    const { loginEnvironment } = await import('../config/environment.ts');
    const { readRepository } = await import('./repository-facts.ts');
    const { repositoryText } = await import('./repository-text.ts');
    const { config, output } = commonFlags(command);
    const { cluster, backup } = loadBackedUpCluster(config);
    const login = { ...loginEnvironment(), acceptHostKeys: flags.acceptHostKey };
    const report = await readRepository(cluster, backup, login);
    process.stdout.write(output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : repositoryText(report));
  });
