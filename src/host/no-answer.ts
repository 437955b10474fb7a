import { CommandError, UnreachableError } from '../model/errors.ts';

/** For a `catch`: what fails on the host has no answer, undefined; a host that cannot be reached is an error still. */
export function noAnswer(error: unknown): undefined {
  if (error instanceof CommandError) return undefined;
  throw error;
}

/** What the network says of a host that is off or cut off. A host that refuses is there. */
const noAnswerCodes = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ETIMEDOUT', 'ENONET']);

/** Whether a host could not be reached because nothing answers at its address, not because it refused. */
export function isNoAnswer(error: unknown): error is UnreachableError {
  if (!(error instanceof UnreachableError)) return false;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'AbortError' || cause.name === 'TimeoutError') return true;
    if ('code' in cause && typeof cause.code === 'string' && noAnswerCodes.has(cause.code)) return true;
  }
  return false;
}
