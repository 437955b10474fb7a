import type { Job, Progress } from '../engine/progress.ts';
import { describeResult } from './describe-result.ts';

/** One line per host as it finishes, and its long work every few seconds: for logs, pipes and CI. */
export const lineProgress = (write: (line: string) => void, everyMs = 5000): Progress => ({
  async stage(title, jobs, order) {
    const show = async (job: Job): Promise<void> => {
      let last = Date.now();
      const result = await job.run((note) => {
        if (Date.now() - last < everyMs) return;
        last = Date.now();
        write(`${title}: ${job.title} … ${note}`);
      });
      write(`${title}: ${job.title} ${describeResult(result)}`);
    };
    if (order === 'together') await Promise.all(jobs.map(show));
    else for (const job of jobs) await show(job);
  },
});
