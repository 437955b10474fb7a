import type { Command } from 'commander';
import { ledBy, type LedCluster, type Node } from '../model/cluster.ts';
import type { PlanResult } from '../engine/run-plan.ts';
import { ConfigError, UnreachableError } from '../model/errors.ts';
import type { RemovalPlace } from './removal-facts.ts';
import type { Answering } from '../host/who-answers.ts';
import type { ConnectOptions } from '../host/connect.ts';
import { answer, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../kit/change.ts';
import { changeHosts, type LockedOperation } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends Omit<ChangeFlags, 'restart'> {
  readonly wipe?: boolean;
  readonly dead?: boolean;
  readonly yes?: boolean;
}

/** `dbctl remove-replica <host>`: from a replica to a host that has nothing to do with the cluster. */
export const removeReplica = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .argument('<host>', 'a replica of .env.cluster')
    .option('--dry-run', 'show what would change; change nothing')
    .option('--wipe', 'remove its data as well, instead of keeping it')
    .option('--dead', 'its host is gone: do not connect to it')
    .option('--yes', 'do not ask')
    .action(async (name: string, flags: Flags, command: Command) => {
      if (flags.dead && flags.wipe) throw nothingToWipe();
      const { loadCluster } = await import('../config/load.ts');
      const { ledAsConfigured } = await import('../model/cluster.ts');
      const { loginEnvironment } = await import('../config/environment.ts');
      const { findReplica } = await import('./find-replica-facts.ts');
      const cluster = ledAsConfigured(loadCluster(commonFlags(command).config));
      const options = { ...loginEnvironment(), ssh: cluster.ssh, acceptHostKeys: flags.acceptHostKey };
      const node = await findReplica(cluster, name, options);
      const { present, silent } = await reach(cluster, node, options, flags);
      if (silent.some((one) => one.name === node.name)) process.stderr.write(`${deadNote(node)}\n`);
      const machines = [cluster.control, cluster.primary, ...present];
      await changeHosts(command, { cluster, machines, flags }, (turn) =>
        remove({ cluster, node, turn, present: present.map((one) => one.name), silent }, flags, command),
      );
    });

/** The replicas, by whether their hosts answer; the node itself is not asked when it is said to be dead. */
async function reach(
  cluster: LedCluster,
  node: Node,
  options: ConnectOptions,
  { dead }: Flags,
): Promise<Answering> {
  const { whoAnswers } = await import('../host/who-answers.ts');
  const others = cluster.replicas.filter(({ name }) => name !== node.name);
  const itself = whoAnswers(dead ? [] : [node], options).catch((error: unknown) => {
    throw error instanceof UnreachableError ? refusesUs(error, node) : error;
  });
  const [own, rest] = await Promise.all([itself, whoAnswers(others, options)]);
  return { present: [...own.present, ...rest.present], silent: [...own.silent, ...rest.silent] };
}

interface Scene {
  readonly cluster: LedCluster;
  readonly node: Node;
  readonly turn: LockedOperation;
  /** Replicas whose hosts are reached. */
  readonly present: readonly string[];
  readonly silent: readonly { readonly name: string }[];
}

async function remove(scene: Scene, flags: Flags, command: Command): Promise<void> {
  const { cluster, node, silent } = scene;
  const { leftOnHost } = await import('./retire-node-step.ts');
  const { removalText } = await import('./removal-text.ts');
  const { place, isOurs, result } = await decideAndRemove(scene, flags);
  const removal = {
    node: node.name,
    isReached: place.isReached,
    isOurs: isOurs ?? null,
    isWiped: flags.wipe ?? false,
    keptData: flags.dryRun || !isOurs ? null : await keptData(place),
    left: place.isReached ? [] : leftOnHost(cluster, node),
    notReached: silent.map(({ name }) => name).filter((name) => name !== node.name),
  };
  const text = flags.dryRun ? '' : removalText(removal, node, cluster);
  await answer(command, result, flags, { text, json: { removal } });
}

async function decideAndRemove(scene: Scene, flags: Flags) {
  const { cluster, node, present, turn } = scene;
  const { hosts } = turn;
  const { wipe = false, dead = false, dryRun = false, yes = false } = flags;
  const { refuseRemoval } = await import('./removal.ts');
  const { withoutReplica } = await import('../config/edit.ts');
  const { readSource } = await import('../server/source-facts.ts');
  const { backupsInPlace } = await import('../backup/backups-in-place-facts.ts');
  const { readRemovalFacts } = await import('./removal-facts.ts');
  const { removeReplicaPlan } = await import('./remove-replica-plan.ts');
  const { confirmByName } = await import('../ui/confirm.ts');

  const after = ledBy(withoutReplica(cluster.file, node).cluster, cluster.primary);
  await readSource(cluster, hosts.get(cluster.primary.name));
  const place: RemovalPlace = {
    cluster,
    node,
    hosts,
    others: after.replicas.filter((one) => present.includes(one.name)),
    isReached: present.includes(node.name),
    backup: (await backupsInPlace(cluster, hosts)) && after.backup,
  };
  const facts = await readRemovalFacts(place);
  refuseRemoval(facts, { wipe, dead });
  if (wipe) await confirmByName(node.name, wipes(node), { yes: yes || dryRun });
  const isOurs = facts.sight?.isOurs;
  const choice = { after, isOurs: isOurs ?? false, wipe, stamp: stampOf(new Date()) };
  const result: PlanResult = await turn.carryOut(removeReplicaPlan(place, choice));
  return { place, isOurs, result };
}

async function keptData({ cluster, node, hosts }: RemovalPlace): Promise<string | null> {
  const { instanceOf } = await import('../model/instance.ts');
  const { keptRemovedData } = await import('./retire-query.ts');
  return (await hosts.get(node.name).ask(keptRemovedData(instanceOf(cluster, node)))) ?? null;
}

const deadNote = ({ name, host }: Node): string =>
  `${host} does not respond: ${name} is treated as dead, and removed without its host`;

const wipes = ({ name, host }: Node): string => `The data of ${name} (${host}) is deleted permanently.`;

/** "20261121-100000", UTC. */
const stampOf = (time: Date): string =>
  time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

/** A host that is there may come back with a server that goes on, so it is not taken for dead without being told. */
const refusesUs = (error: UnreachableError, { name }: Node): UnreachableError =>
  new UnreachableError({
    what: error.message,
    ...(error.why === undefined ? {} : { why: error.why }),
    next: [...error.next, `or, if its host is gone permanently: dbctl remove-replica ${name} --dead`],
    cause: error.cause,
  });

const nothingToWipe = (): ConfigError =>
  new ConfigError({
    what: '--wipe and --dead exclude each other: data on a host that is gone cannot be wiped',
    next: ['use one of them'],
  });
