// Tells whoever asked to be told of every login and every command on a host, wherever in dbctl it was asked for.

import { channel } from 'node:diagnostics_channel';
import type { OpenSession } from './line-session.ts';
import type { Ending, Execution, Outcome } from './execution.ts';

/** A command that has ended. Its input is never observeCommand, only how much it was. */
export interface CommandSeen {
  readonly kind: 'command';
  readonly host: string;
  readonly argv: readonly string[];
  readonly asUser: string | undefined;
  /** undefined: a file that was sent piece by piece. */
  readonly stdinBytes: number | undefined;
  readonly durationMs: number;
  /** "lost": the connection broke before it ended. "stays open": it began, and is told of only then. */
  readonly outcome: Outcome | { readonly kind: 'lost' | 'stays open' };
  readonly stderr: string;
}

export interface LoginSeen {
  readonly kind: 'login';
  /** An address, as in .env.cluster: several nodes may share a login. */
  readonly host: string;
  readonly user: string;
  readonly durationMs: number;
}

type Seen = CommandSeen | LoginSeen;

const seen = channel('dbctl.remote');

/** Calls `listener` after each; answers how to stop that. */
export function watchCommands(listener: (one: Seen) => void): () => void {
  const subscriber = (message: unknown): void => listener(message as Seen);
  seen.subscribe(subscriber);
  return () => seen.unsubscribe(subscriber);
}

/** Waits for the end of a command, and tells of it. */
export async function observeCommand(
  host: string,
  { argv, asUser, stdin }: Execution,
  ending: Promise<Ending>,
): Promise<Ending> {
  if (!seen.hasSubscribers) return ending;
  const startedAt = performance.now();
  const tell = (end: Pick<CommandSeen, 'outcome' | 'stderr'>): void => {
    const stdinBytes = typeof stdin === 'string' ? Buffer.byteLength(stdin) : undefined;
    const durationMs = performance.now() - startedAt;
    seen.publish({ kind: 'command', host, argv, asUser, stdinBytes, durationMs, ...end } satisfies Seen);
  };
  try {
    const end = await ending;
    tell({ outcome: end.outcome, stderr: end.stderr });
    return end;
  } catch (error) {
    tell({ outcome: { kind: 'lost' }, stderr: '' });
    throw error;
  }
}

/** The same, and tells of each command that begins that way. */
export const observeSessions =
  (host: string, openSession: OpenSession): OpenSession =>
  async (argv) => {
    const startedAt = performance.now();
    const conversation = await openSession(argv);
    const durationMs = performance.now() - startedAt;
    const outcome = { kind: 'stays open' } as const;
    const rest = { asUser: undefined, stdinBytes: 0, durationMs, outcome, stderr: '' };
    seen.publish({ kind: 'command', host, argv, ...rest } satisfies Seen);
    return conversation;
  };

/** Tells of a login that began at this time of `performance.now()`. */
export const publishLogin = (host: string, user: string, startedAt: number): void =>
  seen.publish({
    kind: 'login',
    host,
    user,
    durationMs: performance.now() - startedAt,
  } satisfies Seen);
