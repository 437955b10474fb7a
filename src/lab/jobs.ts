import type { Progress } from '../engine/progress.ts';
import type { Report } from '../engine/step.ts';

/** One row of a lab's stage. Its answer is the note shown at the end; an empty one means nothing was to do. */
export interface Work {
  readonly title: string;
  run(report: Report): Promise<string>;
}

/** Shows and does the work, and throws the first failure once all of it has ended. */
export async function runJobs(
  progress: Progress,
  title: string,
  works: readonly Work[],
  order: 'together' | 'one by one' = 'together',
): Promise<void> {
  const failures: unknown[] = [];
  const jobs = works.map((work) => ({
    title: work.title,
    run: async (report: Report) => {
      if (order === 'one by one' && failures.length > 0) return { status: 'not started', note: '' } as const;
      try {
        const note = await work.run(report);
        return { status: note === '' ? 'in place' : 'changed', note } as const;
      } catch (error) {
        failures.push(error);
        return { status: 'failed', note: error instanceof Error ? error.message : String(error) } as const;
      }
    },
  }));
  await progress.stage(title, jobs, order);
  if (failures.length > 1) throw new AggregateError(failures, `${title}: several failed`);
  if (failures.length === 1) throw failures[0];
}
