import { UnverifiedError } from '../model/errors.ts';
import { withEvidence } from './evidence.ts';
import type { Host } from '../host/host.ts';
import type { Change, Report, Step } from './step.ts';

export interface Outcome {
  readonly status: 'in place' | 'planned' | 'changed';
  readonly changes: readonly Change[];
}

interface Options {
  readonly dryRun: boolean;
  readonly report: Report;
}

/** Runs one step; its failure carries what the host says about it. */
export async function runStep(step: Step, host: Host, options: Options): Promise<Outcome> {
  try {
    return await carryThrough(step, host, options);
  } catch (error) {
    throw await withEvidence(error, step, host);
  }
}

/** check → plan → apply → verify. Verifying is asking again: no difference may be left. */
async function carryThrough(step: Step, host: Host, { dryRun, report }: Options): Promise<Outcome> {
  const changes = await step.diff(host);
  if (changes.length === 0) return { status: 'in place', changes };
  if (dryRun) return { status: 'planned', changes };

  report(changes.join(', '));
  await step.apply(host, report);

  const left = await step.diff(host);
  if (left.length > 0) {
    throw new UnverifiedError({
      what: `"${step.title}" on ${host.name} was applied, but its effect could not be verified`,
      why: `still different: ${left.join('; ')}`,
      next: ['run the same command again: it is safe', `read the log of the host: dbctl logs ${host.name}`],
    });
  }
  return { status: 'changed', changes };
}
