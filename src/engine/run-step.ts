import { UnverifiedError } from '../errors.ts';
import { withEvidence } from './evidence.ts';
import type { Host } from '../remote/host.ts';
import type { Change, Report, Step } from './step.ts';

export interface Outcome {
  readonly status: 'in place' | 'planned' | 'changed';
  readonly changes: readonly Change[];
}

/** check → plan → apply → verify. Verifying is asking again: no difference may be left. */
export async function runStep(
  step: Step,
  host: Host,
  { dryRun, report }: { readonly dryRun: boolean; readonly report: Report },
): Promise<Outcome> {
  const changes = await step.diff(host);
  if (changes.length === 0) return { status: 'in place', changes };
  if (dryRun) return { status: 'planned', changes };

  report(changes.join(', '));
  await step.apply(host, report).catch(async (error: unknown) => {
    throw await withEvidence(error, step, host);
  });

  const left = await step.diff(host);
  if (left.length > 0) {
    const unseen = new UnverifiedError({
      what: `"${step.title}" on ${host.name} was applied, but its effect was not seen`,
      why: `still different: ${left.join('; ')}`,
      next: ['run the same command again: it is safe', `look at the host: dbctl logs ${host.name}`],
    });
    throw await withEvidence(unseen, step, host);
  }
  return { status: 'changed', changes };
}
