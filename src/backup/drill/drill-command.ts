import { Option, type Command } from 'commander';
import type { DrillResult } from './drill.ts';
import type { DrillFlags } from './drill-target.ts';
import { targetTypes } from '../typed-target.ts';
import { exitCode } from '../../model/errors.ts';
import { onHosts, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../../kit/change.ts';
import { changeHosts } from '../../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../../kit/common.ts';

interface Flags extends DrillFlags, Pick<ChangeFlags, 'acceptHostKey' | 'lockWait'> {
  readonly history?: boolean;
}

/** `dbctl backup drill`: restores beside the cluster, checks what came back, and throws it away. */
export const backupDrill = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .option('--random-point', 'restore to a random time of all that can be restored')
    .option('--set <label>', 'start from this backup instead of the newest one')
    .addOption(
      new Option(
        '--type <type>',
        'of what kind the point is (default: default, the end of the archive)',
      ).choices(targetTypes),
    )
    .option('--target <target>', 'the point, as the type wants it: "2026-11-21 10:00:00+00"')
    .option('--history', 'show past drills instead')
    .action(async (flags: Flags, command: Command) => {
      if (flags.history) return showHistory(flags, command);
      const { drillText } = await import('./drill-text.ts');
      const result = await drill(flags, command);
      await print(command, result, drillText(result));
      if (result.result === 'failed') process.exitCode = exitCode.failed;
    });

async function drill(flags: Flags, command: Command): Promise<DrillResult> {
  const { loadBackedUpCluster } = await import('../../config/load.ts');
  const { ledAsConfigured, machinesOf } = await import('../../model/cluster.ts');
  const { targetOf } = await import('./drill-target.ts');
  const { backupDrillPlan, readDrillFacts } = await import('./drill-plan.ts');
  const { cluster: configured, backup } = loadBackedUpCluster(commonFlags(command).config);
  const cluster = ledAsConfigured(configured);
  targetOf(flags);
  const asked = { cluster, machines: machinesOf(cluster), flags };
  return changeHosts(command, asked, async ({ hosts, carryOut }) => {
    const facts = await readDrillFacts(cluster, backup, hosts, flags);
    const results: DrillResult[] = [];
    await carryOut(backupDrillPlan(cluster, backup, { ...facts, hosts }, (result) => results.push(result)));
    return results[0]!;
  });
}

async function showHistory(flags: Flags, command: Command): Promise<void> {
  const { loadBackedUpCluster } = await import('../../config/load.ts');
  const { drillHistory } = await import('./drill-plan.ts');
  const { drillHistoryText } = await import('./drill-text.ts');
  const { cluster } = loadBackedUpCluster(commonFlags(command).config);
  const drills = await onHosts(cluster, cluster.nodes, flags, (hosts) => drillHistory(cluster, hosts));
  await print(command, { cluster: cluster.name, drills }, drillHistoryText(drills));
}

async function print(command: Command, answer: object, text: string): Promise<void> {
  const { output } = commonFlags(command);
  process.stdout.write(output === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : text);
}
