import { CommandError, UnverifiedError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import type { Step } from './step.ts';

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
