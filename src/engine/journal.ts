import type { Host } from '../host/host.ts';
import { textsOf, type Change, type Step } from './step.ts';

/** Where a plan writes down what it is about to do on a host, before it does it. */
export interface Journal {
  /** Answers how to tell that the step has ended: without an error when its effect was seen. */
  begin(host: Host, step: string, changes: readonly string[]): Promise<(error?: unknown) => void>;
}

export const noJournal: Journal = { begin: () => Promise.resolve(() => {}) };

export interface RecordedStep {
  readonly step: Step;
  /** To be called once when all of the step is over. */
  end(error?: unknown): void;
}

/** The same step, whose changes are written down before they are made. One that has nothing to change writes nothing. */
export function recorded(step: Step, host: Host, journal: Journal): RecordedStep {
  let found: readonly Change[] = [];
  let tellEnd: ((error?: unknown) => void) | undefined;
  return {
    step: {
      ...step,
      async diff(readable) {
        found = await step.diff(readable);
        return found;
      },
      async apply(applied, report) {
        tellEnd = await journal.begin(host, step.title, textsOf(found));
        await step.apply(applied, report);
      },
    },
    end: (error) => tellEnd?.(error),
  };
}
