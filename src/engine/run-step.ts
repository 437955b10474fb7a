import { UnverifiedError, CommandError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { textsOf, type Change, type Report, type Step } from './step.ts';

export interface Outcome {
  readonly status: 'in place' | 'changed';
  readonly changes: readonly Change[];
}

/** Runs one step; its failure carries what the host says about it. `begin` is waited for before anything is changed. */
export async function runStep(
  step: Step,
  host: Host,
  report: Report,
  begin?: (changes: readonly Change[]) => Promise<void>,
): Promise<Outcome> {
  try {
    return await carryThrough(step, host, report, begin);
  } catch (error) {
    throw await withEvidence(error, step, host);
  }
}

/** check → apply → verify. Verifying is asking again, where a step does not know better: no difference may be left. */
async function carryThrough(...[step, host, report, begin]: Parameters<typeof runStep>): Promise<Outcome> {
  const changes = await step.diff(host);
  if (changes.length === 0) return { status: 'in place', changes };

  report(textsOf(changes).join(', '));
  await begin?.(changes);
  const more = (await step.apply(host, report)) ?? [];

  const left = await (step.verify?.(host) ?? step.diff(host));
  if (left.length > 0) {
    throw new UnverifiedError({
      what: `"${step.title}" on ${host.name} was applied, but its effect could not be verified`,
      why: `still different: ${textsOf(left).join('; ')}`,
      next: ['run the same command again: it is safe', `read the log of the host: dbctl logs ${host.name}`],
    });
  }
  return { status: 'changed', changes: [...changes, ...more] };
}

/**
 * A failure with what the host says about it. Only failures that the host can tell more about get it: a refusal has its
 * reason, and a host that is out of reach says nothing. An error that has evidence keeps what it has.
 */
export async function withEvidence(
  failure: unknown,
  { evidence }: Pick<Step, 'evidence'>,
  host: ReadableHost,
): Promise<unknown> {
  const canTell = failure instanceof CommandError || failure instanceof UnverifiedError;
  if (!canTell || failure.hasEvidence || evidence === undefined) return failure;
  // The failure itself matters more than that nothing more can be said about it.
  const said = await evidence(host).catch(() => '');
  return said === '' ? failure : failure.with(said);
}
