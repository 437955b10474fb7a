// The one way in which a command changes a cluster: with its lock held, and written down on the hosts.

import type { Command } from 'commander';
import type { Cluster, Machine } from '../model/cluster.ts';
import type { Operation } from './operation.ts';
import type { Plan, PlanResult } from '../engine/run-plan.ts';
import type { Gate, HostSet } from '../host/with-hosts.ts';
import { carryOut, onHosts, type ChangeFlags } from '../kit/change.ts';

/** What a command may do while the cluster is its own. */
export interface Turn {
  readonly hosts: HostSet;
  /** Runs a plan with its progress on stderr. */
  readonly carryOut: (plan: Plan) => Promise<PlanResult>;
  /** Work on more machines, as a part of the same operation. */
  readonly alsoOn: <Answer>(
    machines: readonly Machine[],
    work: (hosts: HostSet) => Promise<Answer>,
  ) => Promise<Answer>;
}

export interface Asked {
  readonly cluster: Cluster;
  /** The control host need not be one of them; it is logged in on in any case. */
  readonly machines: readonly Machine[];
  readonly flags: ChangeFlags;
}

/**
 * Connects to machines of a cluster and takes its lock, does the work, lets go and hangs up. Throws LockedError when
 * another operation has the lock. A dry run takes no lock and writes nothing down.
 */
export async function changeHosts<Answer>(
  command: Command,
  { cluster, machines, flags }: Asked,
  work: (turn: Turn) => Promise<Answer>,
): Promise<Answer> {
  const all = [...machines.filter(({ name }) => name !== cluster.control.name), cluster.control];
  if (flags.dryRun) {
    const alsoOn: Turn['alsoOn'] = (more, also) => onHosts(cluster, more, flags, also);
    const look = (plan: Plan): Promise<PlanResult> => carryOut(plan, flags);
    return onHosts(cluster, all, flags, (hosts) => work({ hosts, carryOut: look, alsoOn }));
  }
  const { turnOf } = await import('./take-turn.ts');
  const { printable } = await import('../host/printable.ts');
  const { currentRun, notices } = await import('../ui/current-run.ts');
  currentRun()?.keepLog(cluster);
  const turn = turnOf(cluster, await operationOf(command), {
    waitMs: flags.lockWait ?? 0,
    onNote: (note) => notices(process.stderr).write(`${printable(note)}\n`),
  });
  const inside: Gate = { ...turn, enter: nothing, leave: nothing };
  return onHosts(
    cluster,
    all,
    flags,
    (hosts) =>
      work({
        hosts,
        carryOut: (plan) => carryOut(plan, flags, turn.journal),
        alsoOn: (more, also) => onHosts(cluster, more, flags, also, inside),
      }),
    turn,
  );
}

const nothing = (): Promise<void> => Promise.resolve();

/** Long enough for every command line that a person types. */
const longestCommand = 500;

async function operationOf(command: Command): Promise<Operation> {
  const { operationId } = await import('./operation.ts');
  const { operatorName } = await import('../config/environment.ts');
  const { quote } = await import('../host/quote.ts');
  const { version } = await import('../model/version-version.ts');
  return {
    id: operationId(new Date(), Math.random()),
    title: [...namesOf(command), ...command.args].join(' ').slice(0, longestCommand),
    command: quote(['dbctl', ...process.argv.slice(2)]).slice(0, longestCommand),
    by: operatorName(),
    pid: process.pid,
    version: version(),
  };
}

/** "backup", "run": without the name of dbctl itself. */
const namesOf = (command: Command): readonly string[] =>
  command.parent === null ? [] : [...namesOf(command.parent), command.name()];
