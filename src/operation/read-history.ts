import { machinesOf, type Cluster, type Machine } from '../model/cluster.ts';
import { historyOf, type JournalLine, type PastOperation } from './journal.ts';
import { DbctlError } from '../model/errors.ts';
import type { ConnectOptions } from '../host/connect.ts';
import type { ReadableHost } from '../host/host.ts';
import { withHosts } from '../host/with-hosts.ts';
import { readJournal } from './journal-query.ts';
import { lockHolder } from './lock-query.ts';

export interface ClusterHistory {
  /** Oldest first. */
  readonly operations: readonly PastOperation[];
  /** Hosts whose journal could not be read, and why. */
  readonly missing: readonly { readonly host: string; readonly problem: string }[];
}

interface Memory {
  readonly lines: readonly JournalLine[];
  readonly runningId: string | undefined;
}

/** What all hosts of a cluster remember, as one timeline; a host that cannot be reached hides no other. */
export async function readHistory(
  cluster: Cluster,
  options: Omit<ConnectOptions, 'ssh'>,
): Promise<ClusterHistory> {
  const places = onePerAddress(machinesOf(cluster));
  const memories = await Promise.all(
    places.map((machine) => remember(cluster, machine, { ...options, ssh: cluster.ssh })),
  );
  const found = memories.filter((memory) => 'lines' in memory);
  const runningId = found.map((memory) => memory.runningId).find((id) => id !== undefined);
  return {
    operations: historyOf(
      found.flatMap(({ lines }) => lines),
      runningId,
    ),
    missing: memories.filter((memory) => 'problem' in memory),
  };
}

/** Nodes of one host share its journal. */
const onePerAddress = (machines: readonly Machine[]): readonly Machine[] =>
  machines.filter(({ host }, index) => machines.findIndex((one) => one.host === host) === index);

async function remember(
  cluster: Cluster,
  machine: Machine,
  options: ConnectOptions,
): Promise<Memory | ClusterHistory['missing'][number]> {
  try {
    return await withHosts([machine], options, (hosts) => look(cluster, machine, hosts.get(machine.name)));
  } catch (error) {
    if (!(error instanceof DbctlError)) throw error;
    return { host: machine.name, problem: error.message };
  }
}

async function look({ name, control }: Cluster, machine: Machine, host: ReadableHost): Promise<Memory> {
  const isControl = machine.host === control.host;
  const [lines, holder] = await Promise.all([
    host.ask(readJournal(name)),
    isControl ? host.ask(lockHolder(name)) : undefined,
  ]);
  return { lines, runningId: holder === undefined || holder === 'unknown' ? undefined : holder.id };
}
