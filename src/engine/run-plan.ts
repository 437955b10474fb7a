import { InterruptedError, isHostFailure, throwAll } from '../model/errors.ts';
import type { Host } from '../host/host.ts';
import type { Listener, Order } from './event.ts';
import type { HostChange } from './host-change.ts';
import { runSteps, summary, type Journal } from './run-steps.ts';
import { runTasks, type Watch } from './run-tasks.ts';
import type { Report, Step } from './step.ts';

/** The same steps, in order, on several hosts. */
export interface Stage {
  readonly title: string;
  readonly hosts: readonly Host[];
  readonly order: Order;
  readonly steps: (host: Host) => readonly Step[];
}

/**
 * What can be known only when earlier stages are done is a function, which is called when its time comes, with the names of the hosts
 * that have failed until then.
 */
export type Part = Stage | ((failed: ReadonlySet<string>) => Promise<readonly Part[]>);

/** Stages in order. */
export type Plan = readonly Part[];

/** What a plan did, in the order it was seen. */
export interface PlanResult {
  readonly changes: readonly HostChange[];
  /** Of a plan that was only looked at. */
  readonly unknown?: readonly Unknown[];
}

/** What could not be seen: there may be more to do than the changes say. */
export interface Unknown {
  readonly host: string;
  readonly step: string;
  readonly why: string;
}

export interface PlanOptions {
  /** Whether the user asked to stop: looked at between steps and while a step waits. */
  readonly isInterrupted?: () => boolean;
  /** Told of every step before it is applied. */
  readonly journal?: Journal;
  /**
   * Names of hosts whose failures hold up no other host: such a host takes no part in later stages, and its failure is thrown when the
   * plan has ended. Where hosts are worked on one by one, their failures end the plan like those of others.
   */
  readonly mayFail?: ReadonlySet<string>;
}

export const together = (title: string, hosts: readonly Host[], steps: Stage['steps']): Stage => ({
  title,
  hosts,
  order: 'together',
  steps,
});

export const onlyOn = (title: string, host: Host, steps: () => readonly Step[]): Stage =>
  together(title, [host], steps);

/** The same stage, one host after the other; the hosts after a failure are not started. */
export const oneByOne = (stage: Stage): Stage => ({ ...stage, order: 'one by one' });

/** Stage after stage; a failure ends the plan when all hosts of its stage are done, but for those of hosts that may fail. */
export async function runPlan(
  plan: Plan,
  listener: Listener,
  options: PlanOptions = {},
): Promise<PlanResult> {
  const failures = new Map<string, unknown>();
  const ended: unknown[] = [];
  const changes = await runParts(plan, listener, { ...options, failures }).catch((error: unknown) => {
    if (failures.size === 0) throw error;
    ended.push(error);
    return [];
  });
  throwAll([...ended, ...failures.values()].flatMap(errorsIn), 'the plan failed');
  return { changes };
}

const errorsIn = (error: unknown): readonly unknown[] =>
  error instanceof AggregateError ? error.errors : [error];

interface Running extends PlanOptions {
  /** Of hosts that may fail, by name. */
  readonly failures: Map<string, unknown>;
}

async function runParts(parts: Plan, listener: Listener, run: Running): Promise<readonly HostChange[]> {
  const changes: HostChange[] = [];
  for (const part of parts) {
    const made =
      typeof part === 'function'
        ? await runParts(await part(new Set(run.failures.keys())), listener, run)
        : await runStage(part, listener, run);
    changes.push(...made);
  }
  return changes;
}

async function runStage(
  { title, hosts: all, order, steps }: Stage,
  listener: Listener,
  { isInterrupted = () => false, journal, mayFail, failures }: Running,
): Promise<readonly HostChange[]> {
  const changes: HostChange[] = [];
  const hosts = all.filter(({ name }) => !failures.has(name));
  if (hosts.length === 0) return changes;
  const tasks = hosts.map((host) => ({
    host: host.name,
    keeps(failure: unknown) {
      const isKept = order === 'together' && mayFail?.has(host.name) === true && isOfOneHost(failure);
      if (isKept) failures.set(host.name, failure);
      return isKept;
    },
    async work({ report, onStep }: Watch) {
      const leave = leaveWhen(isInterrupted, report);
      const found = await runSteps(steps(host), host, { journal, report: leave, onStep });
      changes.push(...found);
      return { ...summary(found), answer: undefined };
    },
  }));
  await runTasks(title, tasks, listener, order);
  return changes;
}

/**
 * A step reports before it begins something and while it waits: the points where it can be left without harm. So a
 * report is also where an interrupted plan ends.
 */
const leaveWhen =
  (isInterrupted: () => boolean, report: Report): Report =>
  (note) => {
    if (isInterrupted()) throw interrupted();
    report(note);
  };

/** A refusal, a bug, a lost lock or a request to stop concerns all hosts: nothing more is changed then. */
const isOfOneHost = (failure: unknown): boolean =>
  failure instanceof AggregateError ? failure.errors.every(isOfOneHost) : isHostFailure(failure);

const interrupted = (): InterruptedError =>
  new InterruptedError({
    what: 'stopped on request',
    why: 'The running steps have ended. Long-running work such as a clone continues on its host.',
    next: ['run the same command again: it continues from here'],
  });
