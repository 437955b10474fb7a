import type { Job, Progress } from '../engine/progress.ts';

/** Shows nothing: for -q, and where events tell it all. */
export const silentProgress: Progress = {
  async stage(_title, jobs, order) {
    if (order === 'together') await Promise.all(jobs.map((job) => quietly(job)));
    else for (const job of jobs) await quietly(job);
  },
};

const quietly = (job: Job) => job.run(() => {});
