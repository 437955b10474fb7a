import type { Job, JobResult, Progress } from '../engine/progress.ts';
import type { Happening } from './run-event.ts';

type Tell = (happening: Happening) => void;

/** How often a note is told whose numbers alone have changed, in milliseconds. */
const sameNoteEveryMs = 5000;

/** The same progress, with everything that happens in it told as events. */
export const watchedProgress = (progress: Progress, tell: Tell): Progress => ({
  async stage(stage, jobs, order) {
    const since = stopwatch();
    let status: 'ok' | 'failed' = 'ok';
    const watched = jobs.map((job) => watchedJob(stage, job, tell, () => (status = 'failed')));
    tell({ event: 'stage-started', stage, hosts: jobs.map(({ title }) => title), order });
    try {
      await progress.stage(stage, watched, order);
    } finally {
      tell({ event: 'stage-ended', stage, status, durationMs: since() });
    }
  },
});

const watchedJob = (stage: string, job: Job, tell: Tell, onFailure: () => void): Job => ({
  title: job.title,
  async run(report, onStep = () => {}) {
    const host = job.title;
    const since = stopwatch();
    const isNews = newsOnly();
    const end = (result: JobResult): void => {
      if (result.status === 'failed') onFailure();
      tell({ event: 'host-ended', stage, host, ...result, durationMs: since() });
    };
    tell({ event: 'host-started', stage, host });
    try {
      const result = await job.run(
        (note) => {
          report(note);
          if (isNews(note)) tell({ event: 'note', stage, host, note });
        },
        ({ title, ...step }) => {
          onStep({ title, ...step });
          tell({ event: 'step-ended', stage, host, step: title, ...step });
        },
      );
      end(result);
      return result;
    } catch (error) {
      end({ status: 'failed', note: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  },
});

/** Whether a note says something else than the one before: a wait repeats itself, and progress counts on and on. */
function newsOnly(): (note: string) => boolean {
  let last = '';
  let since = stopwatch();
  return (note) => {
    const kind = note.replaceAll(/\d+/g, '0');
    const isNews = kind !== last || (note !== kind && since() >= sameNoteEveryMs);
    if (isNews) [last, since] = [kind, stopwatch()];
    return isNews;
  };
}

/** Whole milliseconds from now on. */
function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => Math.round(performance.now() - startedAt);
}
