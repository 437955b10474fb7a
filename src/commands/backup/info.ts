import type { Command } from 'commander';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../change.ts';
import { commonFlags, withCommonFlags } from '../common.ts';

/** `dbctl backup info`: what can be restored, and what there is. */
export const backupShow = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadBackedUpCluster } = await import('../../config/load.ts');
    const { repositoryFacts } = await import('../../operations/repository-facts.ts');
    const { repositoryReport } = await import('../../cluster/repository-report.ts');
    const { repositoryText } = await import('../../ui/repository-table.ts');
    const { config, output } = commonFlags(command);
    const { cluster, backup } = loadBackedUpCluster(config);
    const facts = await onHosts(cluster, [cluster.control], flags, (hosts) =>
      repositoryFacts(cluster, backup, hosts.get(cluster.control.name)),
    );
    const report = repositoryReport({ name: cluster.name, stanza: backup.stanza }, facts);
    process.stdout.write(output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : repositoryText(report));
  });
