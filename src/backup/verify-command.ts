import type { Command } from 'commander';
import type { VerifiedRepository } from './verify-plan.ts';
import { carryOut, onHosts, withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl backup verify`: is every file of the repository as it was written? */
export const backupVerify = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadBackedUpCluster } = await import('../config/load.ts');
    const { backupVerifyPlan, insistOnSoundRepository } = await import('./verify-plan.ts');
    const { verifiedText } = await import('./verified-text.ts');
    const { config, output } = commonFlags(command);
    const { cluster, backup } = loadBackedUpCluster(config);
    const found = await onHosts(cluster, [cluster.control], flags, async (hosts) => {
      const control = hosts.get(cluster.control.name);
      const results: VerifiedRepository[] = [];
      await carryOut(
        backupVerifyPlan(cluster, backup, control, (one) => results.push(one)),
        {},
      );
      return results[0]!;
    });
    process.stdout.write(output === 'json' ? `${JSON.stringify(found, null, 2)}\n` : verifiedText(found));
    insistOnSoundRepository(found);
  });
