import { type Execution, privileged } from '../host/execution.ts';
import { printable } from '../host/printable.ts';
import type { CommandSeen } from '../host/watch-commands.ts';
import { quote } from '../host/quote.ts';
import type { CommandEvent } from './run-event.ts';

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
