import { CommandError, UnreachableError } from '../model/errors.ts';

/** For a `catch`: what fails on the host has no answer, undefined; a host that cannot be reached is an error still. */
export function noAnswer(error: unknown): undefined {
  if (error instanceof CommandError) return undefined;
  throw error;
}

/** What the network says of a host that is off or cut off. A host that refuses is there. */
const noAnswerCodes = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ETIMEDOUT', 'ENONET']);

/** Whether a host could not be reached because nothing answers at its address, not because it refused. */
export const isNoAnswer = (error: unknown): error is UnreachableError =>
  error instanceof UnreachableError &&
  causesOf(error).some((cause) => isTimeOut(cause) || hasCode(cause, noAnswerCodes));

/** Whether a host takes no connections: nothing answers, or its sshd does not run. One that refuses a login takes them. */
export const isDown = (error: unknown): error is UnreachableError =>
  isNoAnswer(error) ||
  (error instanceof UnreachableError && causesOf(error).some((cause) => hasCode(cause, refusedCodes)));

const refusedCodes = new Set(['ECONNREFUSED']);

const causesOf = ({ cause }: Error): readonly Error[] =>
  cause instanceof Error ? [cause, ...causesOf(cause)] : [];

const isTimeOut = ({ name }: Error): boolean => name === 'AbortError' || name === 'TimeoutError';

const hasCode = (cause: Error, codes: ReadonlySet<string>): boolean =>
  'code' in cause && typeof cause.code === 'string' && codes.has(cause.code);
