import type { Command } from 'commander';
import type { RotationRequest } from '../pki/rotation.ts';
import { ConfigError } from '../model/errors.ts';
import { answer, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface RotateFlags extends Omit<ChangeFlags, 'restart'> {
  readonly ca?: boolean;
  readonly finish?: boolean;
}

/** `dbctl certs rotate`: new certificates everywhere, and with --ca a new CA, while everything runs. */
export const certsRotate = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .option('--dry-run', 'show what would change and touch nothing')
    .option('--ca', 'make a new CA too; the old one stays trusted until --finish')
    .option('--finish', 'with --ca: stop trusting the old CA')
    .action(async (flags: RotateFlags, command: Command) => {
      const asked = requestOf(flags);
      const { loadCluster } = await import('../config/load.ts');
      const { ledAsConfigured, machinesOf } = await import('../model/cluster.ts');
      const { rotationFacts, rotationPlan } = await import('./rotate-plan.ts');
      const { rotationHint } = await import('./rotation-text.ts');
      const cluster = ledAsConfigured(loadCluster(commonFlags(command).config));
      const place = { cluster, machines: machinesOf(cluster), flags };
      const { work, result } = await changeHosts(command, place, async ({ hosts, carryOut }) => {
        const facts = await rotationFacts(cluster, hosts, asked);
        return { work: facts.work, result: await carryOut(rotationPlan(cluster, hosts, facts)) };
      });
      const text = flags.dryRun ? '' : rotationHint(cluster, asked, work);
      await answer(command, result, flags, { text, json: { rotation: work.kind } });
    });

function requestOf({ ca, finish }: RotateFlags): RotationRequest {
  if (ca) return finish ? 'finish' : 'authority';
  if (!finish) return 'leaves';
  throw new ConfigError({ what: '--finish goes with --ca', next: ['dbctl certs rotate --ca --finish'] });
}
