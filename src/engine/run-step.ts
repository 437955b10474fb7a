import { UnverifiedError } from '../model/errors.ts';
import { withEvidence } from './evidence.ts';
import type { Host } from '../host/host.ts';
import { textsOf, type Change, type Report, type Step } from './step.ts';

export interface Outcome {
  readonly status: 'in place' | 'changed';
  readonly changes: readonly Change[];
}

/** Runs one step; its failure carries what the host says about it. */
export async function runStep(step: Step, host: Host, report: Report): Promise<Outcome> {
  try {
    return await carryThrough(step, host, report);
  } catch (error) {
    throw await withEvidence(error, step, host);
  }
}

/** check → apply → verify. Verifying is asking again, where a step does not know better: no difference may be left. */
async function carryThrough(step: Step, host: Host, report: Report): Promise<Outcome> {
  const changes = await step.diff(host);
  if (changes.length === 0) return { status: 'in place', changes };

  report(textsOf(changes).join(', '));
  await step.apply(host, report);

  const left = await (step.verify?.(host) ?? step.diff(host));
  if (left.length > 0) {
    throw new UnverifiedError({
      what: `"${step.title}" on ${host.name} was applied, but its effect could not be verified`,
      why: `still different: ${textsOf(left).join('; ')}`,
      next: ['run the same command again: it is safe', `read the log of the host: dbctl logs ${host.name}`],
    });
  }
  return { status: 'changed', changes };
}
