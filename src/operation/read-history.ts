import { machinesOf, type Cluster, type Machine } from '../model/cluster.ts';
import { instanceOf } from '../model/instance.ts';
import { leaderChanges, type LeaderChange } from '../postgres/control/patroni-control.ts';
import { historyOf, readJournal, type PastOperation } from './journal.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import type { ReadableHost } from '../host/host.ts';
import { lockHolder } from './lock-query.ts';

export interface ClusterHistory {
  /** Oldest first. */
  readonly operations: readonly PastOperation[];
  /** Who became the leader when, according to Patroni; oldest first. */
  readonly leaderChanges: readonly LeaderChange[];
  /** Hosts whose journal could not be read, and why. */
  readonly missing: readonly { readonly host: string; readonly problem: string }[];
}

/** What all hosts of a cluster remember, as one timeline; a host that cannot be reached hides no other. */
export async function readHistory(cluster: Cluster, login: LoginOptions): Promise<ClusterHistory> {
  const places = onePerAddress(machinesOf(cluster));
  const [asked, led] = await Promise.all([
    askMachines(cluster, places, login, (host, machine) => look(cluster, machine, host)),
    readLeaders(cluster, login),
  ]);
  const found = asked.flatMap(({ answer }) => answer ?? []);
  const lines = found.flatMap((memory) => memory.lines);
  return {
    operations: historyOf(lines, found.flatMap(({ runningId }) => runningId ?? [])[0]),
    leaderChanges: led.changes,
    missing: [
      ...led.missing,
      ...asked.flatMap(({ machine, problem }) =>
        problem === undefined ? [] : [{ host: machine.name, problem }],
      ),
    ],
  };
}

/** Asks every node, and takes the first answer: all of them read it in etcd. */
async function readLeaders(
  cluster: Cluster,
  login: LoginOptions,
): Promise<Pick<ClusterHistory, 'missing'> & { readonly changes: readonly LeaderChange[] }> {
  if (cluster.patroni === undefined) return { changes: [], missing: [] };
  const asked = await askMachines(cluster, cluster.nodes, login, (host, node) =>
    host.ask(leaderChanges(instanceOf(cluster, node))),
  );
  const answer = asked.find((one) => one.answer !== undefined)?.answer;
  if (answer) return { changes: answer, missing: [] };
  return { changes: [], missing: [{ host: 'Patroni', problem: asked[0]?.problem ?? 'no node answers' }] };
}

/** Nodes of one host share its journal. */
const onePerAddress = (machines: readonly Machine[]): readonly Machine[] =>
  machines.filter(({ host }, index) => machines.findIndex((one) => one.host === host) === index);

async function look({ name, control }: Cluster, machine: Machine, host: ReadableHost) {
  const isControl = machine.host === control.host;
  const [lines, holder] = await Promise.all([
    host.ask(readJournal(name)),
    isControl ? host.ask(lockHolder(name)) : undefined,
  ]);
  return { lines, runningId: holder === undefined || holder === 'unknown' ? undefined : holder.id };
}

/** The last so many events, of both kinds. */
export function lastEvents(history: ClusterHistory, number: number): ClusterHistory {
  const times = [
    ...history.operations.map(({ startedAt }) => startedAt),
    ...history.leaderChanges.map(({ changedAt }) => changedAt),
  ].toSorted((one, other) => one - other);
  const since = times.at(-number) ?? 0;
  return {
    ...history,
    operations: history.operations.filter(({ startedAt }) => startedAt >= since),
    leaderChanges: history.leaderChanges.filter(({ changedAt }) => changedAt >= since),
  };
}
