import { InterruptedError } from '../model/errors.ts';
import type { Host } from '../host/host.ts';
import { noJournal, recorded, type Journal } from './journal.ts';
import type { HostEnd, Listener, Order, StepEnd } from './event.ts';
import { runStep } from './run-step.ts';
import { runTasks, type Watch } from './run-tasks.ts';
import { textsOf, type Change, type Report, type Step } from './step.ts';

/** The same steps, in order, on several hosts. */
export interface Stage {
  readonly title: string;
  readonly hosts: readonly Host[];
  readonly order: Order;
  readonly steps: (host: Host) => readonly Step[];
}

/** What can be known only when earlier stages are done is a function, which is called when its time comes. */
export type Part = Stage | (() => Promise<readonly Part[]>);

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

export interface HostChange {
  readonly host: string;
  readonly step: string;
  /** See Change: what is done, to what, and the sentence about it. */
  readonly id: string;
  readonly subject?: string;
  readonly change: string;
}

export const hostChange = (host: Host, step: Step, { text, ...of }: Change): HostChange => ({
  host: host.name,
  step: step.title,
  ...of,
  change: text,
});

export interface PlanOptions {
  /** Whether the user asked to stop: looked at between steps and while a step waits. */
  readonly isInterrupted?: () => boolean;
  /** Told of every step before it is applied. */
  readonly journal?: Journal;
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

/** Stage after stage; a failure ends the plan when all hosts of its stage are done. */
export async function runPlan(
  plan: Plan,
  listener: Listener,
  options: PlanOptions = {},
): Promise<PlanResult> {
  const changes: HostChange[] = [];
  for (const part of plan) {
    const made =
      typeof part === 'function'
        ? (await runPlan(await part(), listener, options)).changes
        : await runStage(part, listener, options);
    changes.push(...made);
  }
  return { changes };
}

async function runStage(
  { title, hosts, order, steps }: Stage,
  listener: Listener,
  { isInterrupted = () => false, journal = noJournal }: PlanOptions,
): Promise<readonly HostChange[]> {
  const changes: HostChange[] = [];
  const tasks = hosts.map((host) => ({
    host: host.name,
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

const interrupted = (): InterruptedError =>
  new InterruptedError({
    what: 'stopped on request',
    why: 'The running steps have ended. Long-running work such as a clone continues on its host.',
    next: ['run the same command again: it continues from here'],
  });

interface How extends Watch {
  readonly journal: Journal;
}

async function runSteps(
  steps: readonly Step[],
  host: Host,
  { journal, report, onStep }: How,
): Promise<readonly HostChange[]> {
  const changes: HostChange[] = [];
  for (const step of steps) {
    report(step.title);
    const startedAt = Date.now();
    const end = (status: StepEnd['status'], made: readonly Change[]): void =>
      onStep(step.title, { status, changes: textsOf(made), durationMs: Date.now() - startedAt });
    const written = recorded(step, host, journal);
    const outcome = await runStep(written.step, host, report).catch((error: unknown) => {
      written.end(error);
      end('failed', []);
      throw error;
    });
    written.end();
    end(outcome.status, outcome.changes);
    changes.push(...outcome.changes.map((change) => hostChange(host, step, change)));
  }
  return changes;
}

/** A row has room for a few changes; a plan and -o json list all of them. */
const shownChanges = 3;

function summary(changes: readonly HostChange[]): HostEnd {
  if (changes.length === 0) return { status: 'in place', note: '' };
  const few = changes.length <= shownChanges + 1 ? changes.length : shownChanges;
  const shown = changes.slice(0, few).map(({ change }) => change);
  const rest = changes.length - few;
  return {
    status: 'changed',
    note: [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', '),
  };
}
