import type { Change, Report } from './step.ts';

/** One row the user watches: it reports while it runs, and answers the note shown when it ends. */
export interface Job {
  readonly title: string;
  /** `onStep` is told of every step that has ended, whichever way. */
  run(report: Report, onStep?: (step: StepEnd) => void): Promise<JobResult>;
}

export interface StepEnd {
  readonly title: string;
  readonly status: 'in place' | 'planned' | 'changed' | 'failed';
  readonly changes: readonly Change[];
  readonly durationMs: number;
}

export interface JobResult {
  readonly status: 'in place' | 'planned' | 'changed' | 'failed' | 'not started';
  readonly note: string;
}

export type Order = 'together' | 'one by one';

/** How a stage is shown. ui/ has one for terminals and one for logs. */
export interface Progress {
  stage(title: string, jobs: readonly Job[], order: Order): Promise<void>;
}
