import { machinesOf, type Cluster, type Machine } from '../model/cluster.ts';
import { historyOf, readJournal } from './journal.ts';
import { askMachines, type LoginOptions } from '../host/ask-machines.ts';
import type { ReadableHost } from '../host/host.ts';
import { lockHolder } from './lock-query.ts';

export type ClusterHistory = Awaited<ReturnType<typeof readHistory>>;

/** What all hosts of a cluster remember, as one timeline; a host that cannot be reached hides no other. */
export async function readHistory(cluster: Cluster, login: LoginOptions) {
  const places = onePerAddress(machinesOf(cluster));
  const asked = await askMachines(cluster, places, login, (host, machine) => look(cluster, machine, host));
  const found = asked.flatMap(({ answer }) => answer ?? []);
  const lines = found.flatMap((memory) => memory.lines);
  return {
    /** Oldest first. */
    operations: historyOf(lines, found.flatMap(({ runningId }) => runningId ?? [])[0]),
    /** Hosts whose journal could not be read, and why. */
    missing: asked.flatMap(({ machine, problem }) =>
      problem === undefined ? [] : [{ host: machine.name, problem }],
    ),
  };
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
