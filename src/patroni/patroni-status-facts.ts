import { readEtcd } from '../etcd/etcd-status-facts.ts';
import type { EtcdSeen } from '../etcd/judge-etcd.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import type { Cluster } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { readHistory } from '../operation/read-history.ts';
import { pauseText, resumeText, type PatroniSeen } from './judge-patroni.ts';
import { isKept } from './patroni.ts';
import { members } from './patroni-query.ts';
import { isPaused } from './shared-config-step.ts';
import { activeUnits, existing } from '../system/removal.ts';

/** What Patroni and etcd say; without CLUSTER_HA=patroni, that Patroni is there all the same, where it is. */
export async function readAvailability(
  cluster: Cluster,
  login: LoginOptions,
): Promise<{ readonly patroni?: PatroniSeen; readonly etcd?: readonly EtcdSeen[] }> {
  if (!isKept(cluster)) return readFormer(cluster, login);
  const [patroni, etcd] = await Promise.all([
    readPatroni(cluster, login),
    readEtcd(cluster, cluster.etcd, login),
  ]);
  return { patroni, etcd };
}

/** A Patroni that `up` has not taken away yet, or not wholly. */
async function readFormer(
  cluster: Cluster,
  login: LoginOptions,
): Promise<{ readonly patroni?: PatroniSeen }> {
  const asked = await askMachines(cluster, cluster.nodes, login, async (host, node) => {
    const instance = instanceOf(cluster, node);
    const { unit, config } = instance.patroni;
    const [left, runs] = await Promise.all([host.ask(existing([config])), host.ask(activeUnits([unit]))]);
    const paused = runs.length > 0 && (await isPaused(host, instance).catch(() => false));
    return { isLeft: left.length + runs.length > 0, paused };
  });
  const left = cluster.nodes.filter((_, index) => asked[index]?.answer?.isLeft).map(({ name }) => name);
  if (left.length === 0) return {};
  const isPausedThere = asked.some(({ answer }) => answer?.paused);
  return { patroni: { members: [], isPaused: isPausedThere, problem: null, leftOn: left } };
}

/** Asks every node, and takes the first answer: all of them read it in etcd. */
async function readPatroni(cluster: Cluster, login: LoginOptions): Promise<PatroniSeen> {
  const asked = await askMachines(cluster, cluster.nodes, login, async (host, node) => {
    const instance = instanceOf(cluster, node);
    const [seen, paused] = await Promise.all([host.ask(members(instance)), isPaused(host, instance)]);
    return { members: seen, isPaused: paused };
  });
  const answer = asked.find((one) => one.answer !== undefined)?.answer;
  if (answer) return { ...answer, ...(answer.isPaused && (await lastPause(cluster, login))), problem: null };
  return { members: [], isPaused: null, problem: asked[0]?.problem ?? 'no node answers' };
}

/** Who paused it, where the newest change of that was a pause that somebody made with dbctl. */
async function lastPause(
  cluster: Cluster,
  login: LoginOptions,
): Promise<Pick<PatroniSeen, 'pausedBy' | 'pausedAt'>> {
  const { operations } = await readHistory(cluster, login);
  const newest = operations.findLast(({ steps }) => steps.some(({ changes }) => changes.some(isAbout)));
  if (newest?.steps.findLast(({ changes }) => changes.some(isAbout))?.changes.includes(pauseText) !== true)
    return {};
  return { pausedBy: newest.by, pausedAt: new Date(newest.startedAt * 1000).toISOString() };
}

const isAbout = (text: string): boolean => [pauseText, resumeText].includes(text);
