import type { Command } from 'commander';
import type { LedCluster, Node } from '../model/cluster.ts';
import { answer, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../kit/change.ts';
import { changeHosts, type LockedOperation } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends Omit<ChangeFlags, 'restart'> {
  readonly pending?: boolean;
  readonly yes?: boolean;
}

/** `dbctl restart [node…]`: replicas first, one by one, the primary last. */
export const restart = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .argument('[node...]', 'nodes of .env.cluster; without one: all of them')
    .option('--pending', 'only nodes with settings that await a restart')
    .option('--dry-run', 'show what would change; change nothing')
    .option('--yes', 'do not ask before the primary is restarted')
    .action(async (names: string[], flags: Flags, command: Command) => {
      const { findNodes } = await import('../model/find-node.ts');
      const { loadCluster } = await import('../config/load.ts');
      const { ledAsConfigured } = await import('../model/cluster.ts');
      const cluster = ledAsConfigured(loadCluster(commonFlags(command).config));
      const nodes = findNodes(cluster, names);
      const reached = cluster.nodes.filter((node) => nodes.includes(node) || node === cluster.primary);
      const more = nodes.includes(cluster.primary) ? await otherReplicas(cluster, reached, flags) : [];
      const machines = [...reached, ...more];
      await changeHosts(command, { cluster, machines, flags }, (turn) =>
        restartNodes({ cluster, nodes, reached: machines, turn }, flags, command),
      );
    });

/** They must not be left behind by the primary's settings, but one that is gone must not hold it up. */
async function otherReplicas(
  cluster: LedCluster,
  reached: readonly Node[],
  { acceptHostKey }: Flags,
): Promise<readonly Node[]> {
  const { loginEnvironment } = await import('../config/environment.ts');
  const { whoAnswers } = await import('../host/who-answers.ts');
  const others = cluster.replicas.filter((node) => !reached.includes(node));
  const { present } = await whoAnswers(others, {
    ...loginEnvironment(),
    ssh: cluster.ssh,
    acceptHostKeys: acceptHostKey,
  });
  return others.filter(({ name }) => present.some((one) => one.name === name));
}

interface Scene {
  readonly cluster: LedCluster;
  readonly nodes: readonly Node[];
  readonly reached: readonly Node[];
  readonly turn: LockedOperation;
}

async function restartNodes(scene: Scene, flags: Flags, command: Command): Promise<void> {
  const { cluster, turn } = scene;
  const { dryRun = false, yes = false, pending = false } = flags;
  const { chooseRestarts, restartPlan } = await import('./restart-plan.ts');
  const { confirmByName } = await import('../ui/confirm.ts');
  const { silenceText } = await import('./restart-text.ts');
  const request = { ...scene, hosts: turn.hosts, pending };
  const choice = await chooseRestarts(request);
  if (choice.closesPrimary) await confirmByName(cluster.name, closes(cluster), { yes: yes || dryRun });
  const silences = new Map<string, number>();
  const onSilence = (node: string, seconds: number): void => void silences.set(node, seconds);
  const result = await turn.carryOut(restartPlan(request, choice, { onSilence }));
  await answer(command, result, flags, {
    text: silenceText(silences),
    json: { silentSeconds: Object.fromEntries(silences) },
  });
}

const closes = ({ name, primary }: LedCluster): string =>
  `PostgreSQL on ${primary.name}, the primary of ${name}, is restarted: every connection to it is closed, and nobody can write until it is back.`;
