import type { Command } from 'commander';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** What `plan` answers when something is to be made, as terraform does in kind; a plan that is not whole ends with 3. */
const changesExitCode = 10;

/** `dbctl plan`: what `up` would do, line by line; changes nothing. */
export const plan = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadCluster } = await import('../config/load.ts');
    const { leaderForUp } = await import('./leader-for-up-facts.ts');
    const { tellNotes } = await import('../kit/see-leader.ts');
    const { machinesForUp } = await import('./machines-for-up.ts');
    const { planUp, throwUnreachable } = await import('./look-ahead-plan.ts');
    const { config, output } = commonFlags(command);
    const cluster = loadCluster(config);
    await onHosts(cluster, machinesForUp(cluster), flags, async (hosts) => {
      const led = await leaderForUp(cluster, hosts);
      await tellNotes(led.notes);
      const planned = await planUp(led.cluster, hosts);
      if (output === 'json') {
        const { planFormat } = await import('../config/plan-file.ts');
        const { version } = await import('../model/version-version.ts');
        process.stdout.write(
          `${JSON.stringify({ format: planFormat, dbctl: version(), cluster: cluster.name, ...planned }, null, 2)}\n`,
        );
      } else {
        const { upPlanText } = await import('./up-plan-text.ts');
        process.stdout.write(upPlanText(planned));
      }
      if (planned.changes.length > 0) process.exitCode = changesExitCode;
      throwUnreachable(cluster, hosts);
    });
  });
