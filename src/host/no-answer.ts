import { CommandError } from '../model/errors.ts';

/** For a `catch`: what fails on the host has no answer, undefined; a host that cannot be reached is an error still. */
export function noAnswer(error: unknown): undefined {
  if (error instanceof CommandError) return undefined;
  throw error;
}
