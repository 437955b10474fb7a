import type { Host } from '../host/host.ts';
import type { HostEnd, StepEnd } from './event.ts';
import { runStep } from './run-step.ts';
import type { Watch } from './run-tasks.ts';
import { textsOf, type Change, type Step } from './step.ts';
import { hostChange, type HostChange } from './host-change.ts';

/** Where a plan writes down what it is about to do on a host, before it does it. */
export interface Journal {
  /** Answers how to tell that the step has ended: without an error when its effect was seen. */
  begin(host: Host, step: string, changes: readonly string[]): Promise<(error?: unknown) => void>;
}

interface How extends Watch {
  readonly journal: Journal | undefined;
}

/** Steps in order, on one host. */
export async function runSteps(
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
    let tellEnd = nobody;
    const begin = async (found: readonly Change[]): Promise<void> => {
      tellEnd = (await journal?.begin(host, step.title, textsOf(found))) ?? tellEnd;
    };
    const outcome = await runStep(step, host, report, begin).catch((error: unknown) => {
      tellEnd(error);
      end('failed', []);
      throw error;
    });
    tellEnd();
    end(outcome.status, outcome.changes);
    changes.push(...outcome.changes.map((change) => hostChange(host, step, change)));
  }
  return changes;
}

const nobody = (_error?: unknown): void => {};

/** A row has room for a few changes; a plan and -o json list all of them. */
const shownChanges = 3;

/** What the row of a host says in the end. */
export function summary(changes: readonly HostChange[]): HostEnd {
  if (changes.length === 0) return { status: 'in place', note: '' };
  const few = changes.length <= shownChanges + 1 ? changes.length : shownChanges;
  const shown = changes.slice(0, few).map(({ change }) => change);
  const rest = changes.length - few;
  return {
    status: 'changed',
    note: [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', '),
  };
}
