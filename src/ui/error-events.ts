import { DbctlError, exitCode } from '../model/errors.ts';
import type { ErrorEvent } from './run-event.ts';

/** An error as events: several hosts may have failed, each in its own way. */
export function errorEvents(error: unknown): readonly ErrorEvent[] {
  if (error instanceof AggregateError) return error.errors.flatMap((one) => errorEvents(one));
  if (error instanceof DbctlError) {
    const { message: what, why = null, next, exitCode: code } = error;
    return [{ what, why, next, exitCode: code }];
  }
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    {
      what: 'internal error in dbctl; please report it with the output of: dbctl report',
      why,
      next: [],
      exitCode: exitCode.bug,
    },
  ];
}
