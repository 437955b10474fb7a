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

/** What Patroni and etcd say; nothing while CLUSTER_HA is none. */
export async function readAvailability(
  cluster: Cluster,
  login: LoginOptions,
): Promise<{ readonly patroni?: PatroniSeen; readonly etcd?: readonly EtcdSeen[] }> {
  if (!isKept(cluster)) return {};
  const [patroni, etcd] = await Promise.all([
    readPatroni(cluster, login),
    readEtcd(cluster, cluster.etcd, login),
  ]);
  return { patroni, etcd };
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
