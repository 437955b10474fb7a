import { privileged, type Execution } from '../host/execution.ts';
import { printable } from '../host/printable.ts';
import type { CommandSeen } from '../host/watch-commands.ts';
import { quote } from '../host/quote.ts';
import type { CommandEvent, ErrorEvent } from './run-event.ts';
import { DbctlError, exitCode } from '../model/errors.ts';

/** A command that was seen, as an event: the way root would type it, how it ended, and what it said on stderr. */
export function commandEvent(seen: CommandSeen): { readonly event: 'command' } & CommandEvent {
  const { host, outcome, stdinBytes = null } = seen;
  return {
    event: 'command',
    host,
    command: typed(seen),
    stdinBytes,
    durationMs: Math.round(seen.durationMs),
    exitCode: outcome.kind === 'exited' ? outcome.code : null,
    ended: outcome.kind === 'killed' ? `killed by ${outcome.signal}` : outcome.kind,
    stderr: seen.stderr,
  };
}

const typed = ({ argv, asUser }: Pick<Execution, 'argv' | 'asUser'>): string =>
  printable(quote(privileged(argv, asUser, 'root')).slice(0, longestCommand));

const longestCommand = 20_000;

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

/** The same value with every text in it passed through `redact`. */
export function redactedEvent<Value>(value: Value, redact: (text: string) => string): Value {
  if (typeof value === 'string') return redact(value) as Value;
  if (Array.isArray(value)) return value.map((part: unknown) => redactedEvent(part, redact)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([name, part]) => [name, redactedEvent(part, redact)]);
  return Object.fromEntries(parts) as Value;
}
