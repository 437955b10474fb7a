// The one way in which a command changes a cluster: with its lock held, and written down on the hosts.

import type { Command } from 'commander';
import type { Cluster, Machine } from '../model/cluster.ts';
import type { Operation } from './operation.ts';
import type { LockHooks } from './lock-hooks.ts';
import type { Plan, PlanResult } from '../engine/run-plan.ts';
import { changesNothing } from '../host/operation-hooks.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { carryOut, type ChangeFlags } from '../kit/change.ts';
import { namesOf } from '../kit/command.ts';

/** What a command may do while the cluster is its own. */
export interface LockedOperation {
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

/** How a command came to change hosts. */
export interface ChangeRequest {
  /** "restart pg2" */
  readonly title: string;
  readonly login: LoginOptions;
  readonly dryRun: boolean;
  /** Milliseconds to wait for another operation's end. */
  readonly lockWait: number | undefined;
}

/**
 * Connects to machines of a cluster and takes its lock, does the work, lets go and hangs up. Throws LockedError when
 * another operation has the lock. A dry run takes no lock and writes nothing down.
 */
export type ChangeHosts = <Answer>(
  cluster: Cluster,
  machines: readonly Machine[],
  work: (operation: LockedOperation) => Promise<Answer>,
) => Promise<Answer>;

export const changing =
  (request: ChangeRequest): ChangeHosts =>
  async (cluster, machines, work) => {
    const { withHosts } = await import('../host/with-hosts.ts');
    const all = [...machines.filter(({ name }) => name !== cluster.control.name), cluster.control];
    const { dryRun } = request;
    const login = { ...request.login, ssh: cluster.ssh };
    if (dryRun) {
      const look = (plan: Plan): Promise<PlanResult> => carryOut(plan, { dryRun });
      const alsoOn: LockedOperation['alsoOn'] = (more, also) => withHosts(more, login, also, changesNothing);
      return withHosts(all, login, (hosts) => work({ hosts, carryOut: look, alsoOn }), changesNothing);
    }
    const hooks = await hooksFor(cluster, request);
    const apply = (plan: Plan): Promise<PlanResult> => carryOut(plan, {}, hooks.journal);
    const inside = { ...hooks, onControlConnected: nothing, onEnd: nothing };
    const alsoOn: LockedOperation['alsoOn'] = (more, also) => withHosts(more, login, also, inside);
    return withHosts(all, login, (hosts) => work({ hosts, carryOut: apply, alsoOn }), hooks);
  };

const nothing = (): Promise<void> => Promise.resolve();

async function hooksFor(cluster: Cluster, { title, lockWait = 0 }: ChangeRequest): Promise<LockHooks> {
  const { lockHooks } = await import('./lock-hooks.ts');
  const { printable } = await import('../host/printable.ts');
  const { currentRun, notices } = await import('../ui/current-run.ts');
  currentRun()?.keepLog(cluster);
  return lockHooks(cluster, await operationOf(title), {
    waitMs: lockWait,
    onNote: (note) => notices(process.stderr).write(`${printable(note)}\n`),
  });
}

/** For commands that are not written in the form of change-command.ts. */
export async function changeHosts<Answer>(
  command: Command,
  { cluster, machines, flags }: Asked,
  work: (operation: LockedOperation) => Promise<Answer>,
): Promise<Answer> {
  const { loginEnvironment } = await import('../config/environment.ts');
  const { dryRun = false, lockWait, acceptHostKey = [] } = flags;
  const title = [...namesOf(command), ...command.args].join(' ');
  const login = { ...loginEnvironment(), acceptHostKeys: acceptHostKey };
  return changing({ title, login, dryRun, lockWait })(cluster, machines, work);
}

/** Long enough for every command line that a person types. */
const longestCommand = 500;

async function operationOf(title: string): Promise<Operation> {
  const { operationId } = await import('./operation.ts');
  const { operatorName } = await import('../config/environment.ts');
  const { quote } = await import('../host/quote.ts');
  const { version } = await import('../model/version-version.ts');
  return {
    id: operationId(new Date(), Math.random()),
    title: title.slice(0, longestCommand),
    command: quote(['dbctl', ...process.argv.slice(2)]).slice(0, longestCommand),
    by: operatorName(),
    pid: process.pid,
    version: version(),
  };
}
