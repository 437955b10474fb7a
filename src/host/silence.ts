import { UnreachableError } from '../model/errors.ts';

/** What the network says of a host that is off or cut off. A host that refuses is there. */
const silentCodes = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ETIMEDOUT', 'ENONET']);

/** Whether a host could not be reached because nothing answers at its address, not because it refused. */
export function isSilence(error: unknown): error is UnreachableError {
  if (!(error instanceof UnreachableError)) return false;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'AbortError' || cause.name === 'TimeoutError') return true;
    if ('code' in cause && typeof cause.code === 'string' && silentCodes.has(cause.code)) return true;
  }
  return false;
}
