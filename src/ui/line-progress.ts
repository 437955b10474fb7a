import { formatClock } from '../model/units.ts';
import type { Job, Progress } from '../engine/progress.ts';
import { describeResult } from './describe-result.ts';

/** How often long work is heard of, in milliseconds. */
interface Pace {
  /** While it reports. */
  readonly everyMs: number;
  /** While it says nothing: installing packages may take minutes. */
  readonly silenceMs: number;
}

const usual: Pace = { everyMs: 5000, silenceMs: 15_000 };

/** One line per host as it finishes, and its long work now and then: for logs, pipes and CI. */
export const lineProgress = (write: (line: string) => void, pace: Partial<Pace> = {}): Progress => ({
  async stage(title, jobs, order) {
    const show = async (job: Job): Promise<void> => {
      const sign = signOfLife((text) => write(`${title}: ${job.title} … ${text}`), { ...usual, ...pace });
      const result = await job.run(sign.note).finally(sign.end);
      write(`${title}: ${job.title} ${describeResult(result)}`);
    };
    if (order === 'together') await Promise.all(jobs.map(show));
    else for (const job of jobs) await show(job);
  },
});

function signOfLife(say: (text: string) => void, { everyMs, silenceMs }: Pace) {
  const startedAt = Date.now();
  let saidAt = startedAt;
  let last = 'begun';
  const tell = (text: string): void => {
    saidAt = Date.now();
    say(text);
  };
  const timer = setInterval(() => {
    if (Date.now() - saidAt >= silenceMs) tell(`${last}, ${formatClock((Date.now() - startedAt) / 1000)}`);
  }, silenceMs / 5);
  return {
    note: (text: string): void => {
      last = text;
      if (Date.now() - saidAt >= everyMs) tell(text);
    },
    end: () => clearInterval(timer),
  };
}
