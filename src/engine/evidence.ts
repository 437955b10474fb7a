import { CommandError, UnverifiedError } from '../errors.ts';
import type { ReadableHost } from '../remote/host.ts';
import type { Step } from './step.ts';

/**
 * A failure with what the host says about it. Only failures that the host can tell more about get it: a refusal has its
 * reason, and a host that is out of reach says nothing. An error that has evidence keeps what it has.
 */
export async function withEvidence(
  error: unknown,
  { evidence }: Pick<Step, 'evidence'>,
  host: ReadableHost,
): Promise<unknown> {
  const canTell = error instanceof CommandError || error instanceof UnverifiedError;
  if (!canTell || error.hasEvidence || evidence === undefined) return error;
  // The failure itself matters more than that nothing more can be said about it.
  const said = await evidence(host).catch(() => '');
  return said === '' ? error : error.with(said);
}
