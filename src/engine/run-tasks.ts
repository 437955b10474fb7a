import { InterruptedError, throwAll } from '../model/errors.ts';
import type { HostEnd, Listener, Order, StepEnd } from './event.ts';
import type { Report } from './step.ts';

/** Work on one host, with an answer. */
export interface Task<Answer> {
  /** The host's name. */
  readonly host: string;
  work(watch: Watch): Promise<TaskEnd<Answer>>;
  /** Whether somebody else deals with a failure of it, so that the others go on. */
  keeps?(failure: unknown): boolean;
}

export interface TaskEnd<Answer> extends HostEnd {
  readonly answer: Answer;
}

/** Who looks at a task while it goes on. */
export interface Watch {
  readonly report: Report;
  readonly onStep: (step: string, end: StepEnd) => void;
}

/**
 * Does tasks and tells of them; answers in their order. All are left to finish, even when another one fails: stopping
 * halfway would abandon a running command. One by one, those after a failure are not started. One failure is thrown as
 * it is, several as AggregateError; those that a task keeps are not, and it has no answer.
 */
export async function runTasks<Answer>(
  stage: string,
  tasks: readonly Task<Answer>[],
  listener: Listener,
  order: Order = 'together',
): Promise<readonly Answer[]> {
  const since = stopwatch();
  const answers = new Map<Task<Answer>, Answer>();
  const failures: unknown[] = [];
  let status: 'ok' | 'failed' = 'ok';

  const carryOut = async (task: Task<Answer>): Promise<HostEnd> => {
    if (order === 'one by one' && failures.length > 0) return { status: 'not started', note: '' };
    const at = { stage, host: task.host };
    tell(listener, { event: 'host-started', ...at });
    try {
      const { answer, ...result } = await task.work({
        report: (note) => tell(listener, { event: 'note', ...at, note }),
        onStep: (step, end) => tell(listener, { event: 'step-ended', ...at, step, ...end }),
      });
      answers.set(task, answer);
      return result;
    } catch (error) {
      if (!task.keeps?.(error)) failures.push(error);
      return { status: 'failed', note: error instanceof Error ? error.message : String(error) };
    }
  };
  const run = async (task: Task<Answer>): Promise<void> => {
    const taken = stopwatch();
    const end = await carryOut(task);
    if (end.status === 'failed') status = 'failed';
    tell(listener, { event: 'host-ended', stage, host: task.host, ...end, durationMs: taken() });
  };

  tell(listener, { event: 'stage-started', stage, hosts: tasks.map(({ host }) => host), order });
  if (order === 'together') await Promise.all(tasks.map(run));
  else for (const task of tasks) await run(task);
  await listener({ event: 'stage-ended', stage, status, durationMs: since() });
  const worse = failures.filter((failure) => !(failure instanceof InterruptedError));
  throwAll(worse.length > 0 ? worse : failures.slice(0, 1), `${stage} failed`);
  return tasks.map((task) => answers.get(task) as Answer);
}

/** Nobody waits for what a listener does meanwhile. */
const tell = (listener: Listener, event: Parameters<Listener>[0]): void => void listener(event);

/** Whole milliseconds from now on. */
function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => Math.round(performance.now() - startedAt);
}
