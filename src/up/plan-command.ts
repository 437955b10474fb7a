import type { Command } from 'commander';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** What `plan` answers when something is to be made, as terraform does in kind. */
const changesExitCode = 10;

/** `dbctl plan`: what `up` would do, line by line; changes nothing. */
export const plan = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadCluster } = await import('../config/load.ts');
    const { ledAsConfigured, machinesOf } = await import('../model/cluster.ts');
    const { planUp } = await import('./look-ahead-plan.ts');
    const { config, output } = commonFlags(command);
    const cluster = ledAsConfigured(loadCluster(config));
    const changes = await onHosts(cluster, machinesOf(cluster), flags, (hosts) => planUp(cluster, hosts));
    if (output === 'json') {
      process.stdout.write(`${JSON.stringify({ cluster: cluster.name, changes }, null, 2)}\n`);
    } else {
      const { upPlanText } = await import('./up-plan-text.ts');
      process.stdout.write(upPlanText(changes));
    }
    if (changes.length > 0) process.exitCode = changesExitCode;
  });
