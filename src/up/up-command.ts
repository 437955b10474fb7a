import type { Command } from 'commander';
import type { PlannedChange } from '../engine/plan.ts';
import type { PlanResult } from '../engine/run-plan.ts';
import { answer, withChangeFlags, type ChangeFlags } from '../kit/change.ts';
import { changeHosts, type Asked, type LockedOperation } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends ChangeFlags {
  /** A file with what `dbctl plan -o json` answered. */
  readonly plan?: string;
}

/** `dbctl up`: the whole cluster as .env.cluster says, from bare hosts to backups. */
export const up = (bare: Command): Command =>
  withChangeFlags(withCommonFlags(bare))
    .option(
      '--plan <file>',
      'apply only the plan that `dbctl plan -o json` wrote there; stop when it is stale',
    )
    .action(async (flags: Flags, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const cluster = loadCluster(commonFlags(command).config);
      // Two hundred files, read while the hosts answer the logins.
      const loading = import('./look-ahead-plan.ts');
      const { machinesForUp } = await import('./machines-for-up.ts');
      const asked = { cluster, machines: machinesForUp(cluster), flags };
      await changeHosts(command, asked, async (turn) => {
        await answer(command, await converge(asked, turn), flags);
        (await loading).throwUnreachable(cluster, turn.hosts);
      });
    });

async function converge(
  { cluster: configured, flags }: Asked & { readonly flags: Flags },
  turn: LockedOperation,
): Promise<PlanResult> {
  const { leaderForUp } = await import('./leader-for-up-facts.ts');
  const { tellNotes } = await import('../kit/see-leader.ts');
  const { planUp, reachedNodes } = await import('./look-ahead-plan.ts');
  const { upPlan } = await import('./up-plan.ts');
  const { cluster, notes } = await leaderForUp(configured, turn.hosts);
  await tellNotes(notes);
  const planned = await planUp(cluster, turn.hosts);
  if (flags.plan !== undefined) await refuseWhenStale(flags.plan, planned.changes);
  if (planned.changes.length === 0 || flags.dryRun) return planned;
  const isPlanned = (name: string): boolean =>
    planned.changes.some(({ host, disrupts }) => disrupts && host === name);
  const nodes = reachedNodes(cluster, turn.hosts);
  const restarting = flags.restart ? nodes.filter(({ name }) => isPlanned(name)) : [];
  return turn.carryOut(upPlan({ cluster, nodes, hosts: turn.hosts, restarting }));
}

async function refuseWhenStale(file: string, planned: readonly PlannedChange[]): Promise<void> {
  const { readPlanFile } = await import('../config/plan-file.ts');
  const { refuseStalePlan } = await import('./stale-plan.ts');
  refuseStalePlan(readPlanFile(file), planned);
}
