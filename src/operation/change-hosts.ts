// The one way in which a command changes a cluster: with its lock held, and written down on the hosts.

import type { Cluster, Machine } from '../model/cluster.ts';
import type { Operation } from './operation.ts';
import type { LockHooks } from './lock-hooks.ts';
import type { Plan, PlanOptions, PlanResult } from '../engine/run-plan.ts';
import { changesNothing, type OperationHooks } from '../host/operation-hooks.ts';
import type { HostSet } from '../host/with-hosts.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { carryOut } from '../kit/carry-out.ts';

/** What a command may do while the cluster is its own. */
export interface LockedOperation {
  readonly hosts: HostSet;
  /** Runs a plan with its progress on stderr. */
  readonly carryOut: (plan: Plan, options?: Pick<PlanOptions, 'mayFail'>) => Promise<PlanResult>;
  /** Work on more machines, as a part of the same operation. */
  readonly alsoOn: <Answer>(
    machines: readonly Machine[],
    work: (hosts: HostSet) => Promise<Answer>,
  ) => Promise<Answer>;
  /** The operation is written down as ended by this error, though it has an answer. */
  readonly endsWith: (error: Error) => void;
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
      const alsoOn: LockedOperation['alsoOn'] = (more, also) => withHosts(more, login, also, changesNothing);
      return withHosts(
        all,
        login,
        (hosts) => work({ hosts, carryOut: look, alsoOn, endsWith: () => {} }),
        changesNothing,
      );
    }
    const hooks = await hooksFor(cluster, request);
    const apply: LockedOperation['carryOut'] = (plan, options) =>
      carryOut(plan, { ...options, journal: hooks.journal });
    const inside = { ...hooks, onControlConnected: nothing, onEnd: nothing };
    const alsoOn: LockedOperation['alsoOn'] = (more, also) => withHosts(more, login, also, inside);
    let end: Error | undefined;
    const endsWith = (error: Error): void => void (end = error);
    const inOperation = (hosts: HostSet) => work({ hosts, carryOut: apply, alsoOn, endsWith });
    const around: OperationHooks = { ...hooks, onEnd: (error) => hooks.onEnd(error ?? end) };
    return withHosts(all, login, inOperation, around);
  };

const nothing = (): Promise<void> => Promise.resolve();

/** What a dry run does with a plan. */
const look = async (plan: Plan): Promise<PlanResult> => (await import('../engine/plan.ts')).plan(plan);

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

/** Long enough for every command line that a person types. */
const longestCommand = 500;

async function operationOf(title: string): Promise<Operation> {
  const { operationId } = await import('./operation.ts');
  const { operatorName } = await import('../config/environment.ts');
  const { quote } = await import('../host/quote.ts');
  const { version } = await import('../model/version.ts');
  return {
    id: operationId(new Date(), Math.random()),
    title: title.slice(0, longestCommand),
    command: quote(['dbctl', ...process.argv.slice(2)]).slice(0, longestCommand),
    by: operatorName(),
    pid: process.pid,
    version: version(),
  };
}
