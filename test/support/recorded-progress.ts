import type { JobResult, Progress } from '../../src/engine/progress.ts';

/** Shows nothing, and remembers the result of every host and what it reported. */
export function recordedProgress() {
  const results: Record<string, JobResult> = {};
  const notes: string[] = [];
  const progress: Progress = {
    async stage(title, jobs, order) {
      const run = async (job: (typeof jobs)[number]): Promise<void> => {
        const result = await job.run((note) => notes.push(`${job.title}: ${note}`));
        results[`${title}: ${job.title}`] = result;
      };
      if (order === 'together') await Promise.all(jobs.map(run));
      else for (const job of jobs) await run(job);
    },
  };
  return { progress, results, notes };
}
