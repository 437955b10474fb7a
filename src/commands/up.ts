import type { Command } from 'commander';
import type { Cluster } from '../cluster/cluster.ts';
import type { WrittenChange } from '../config/plan-file.ts';
import type { PlannedChange } from '../engine/look-ahead.ts';
import type { HostSet } from '../remote/with-hosts.ts';
import { answer, carryOut, onHosts, withChangeFlags, type ChangeFlags } from './change.ts';
import { commonFlags, withCommonFlags } from './common.ts';

interface Flags extends ChangeFlags {
  /** A file with what `dbctl plan -o json` answered. */
  readonly plan?: string;
}

/** `dbctl up`: the whole cluster as .env.cluster says, from bare hosts to backups. */
export const up = (bare: Command): Command =>
  withChangeFlags(withCommonFlags(bare))
    .option(
      '--plan <file>',
      'only what `dbctl plan -o json` wrote there; stop when it would be something else now',
    )
    .action(async (flags: Flags, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { machinesOf } = await import('../cluster/cluster.ts');
      const cluster = loadCluster(commonFlags(command).config);
      const accepted = flags.plan === undefined ? undefined : await readPlan(flags.plan);
      await onHosts(cluster, machinesOf(cluster), flags, async (hosts) => {
        const { planUp } = await import('../operations/plan-up.ts');
        const planned = await planUp(cluster, hosts);
        if (accepted) (await import('../operations/refuse-stale-plan.ts')).refuseStalePlan(accepted, planned);
        const result =
          planned.length === 0 || flags.dryRun
            ? { changes: planned }
            : await converge(cluster, hosts, planned, flags);
        await answer(command, result, flags);
      });
    });

async function readPlan(file: string): Promise<readonly WrittenChange[]> {
  const { readPlanFile } = await import('../config/plan-file.ts');
  return readPlanFile(file);
}

async function converge(cluster: Cluster, hosts: HostSet, planned: readonly PlannedChange[], flags: Flags) {
  const { upPlan } = await import('../operations/up.ts');
  const restarting = new Set(planned.filter(({ disrupts }) => disrupts).map(({ host }) => host));
  const mayRestart = ({ name }: { readonly name: string }) => flags.restart === true && restarting.has(name);
  return carryOut(upPlan({ cluster, hosts, mayRestart, onlyLooks: false }), flags);
}
