// A login on one machine that stays open: commands share it, eight at a time.

import type { Client } from 'ssh2';
import { UnreachableError } from '../errors.ts';
import { collect } from './channel.ts';
import type { Ending } from './execution.ts';
import { semaphore } from './semaphore.ts';

/** sshd allows 10 sessions per connection (MaxSessions); two are left for others who share the login. */
const channelsAtOnce = 8;

export interface Connection {
  /** Runs one line in the login shell. Rejects with UnreachableError once the connection is lost. */
  exec(line: string, stdin: string, timeoutMs: number): Promise<Ending>;
  end(): void;
}

/** `client` is logged in. `where` is shown in errors: "pg1 (10.0.0.11)". */
export function connectionOver(client: Client, where: string): Connection {
  const inTurn = semaphore(channelsAtOnce);
  const pending = new Set<(reason: Error) => void>();
  let cause: Error | undefined;
  let loss: UnreachableError | undefined;

  client.on('error', (error) => (cause = error));
  client.on('close', () => {
    loss = connectionLost(where, cause);
    for (const reject of pending) reject(loss);
  });

  async function execute(line: string, stdin: string, timeoutMs: number): Promise<Ending> {
    if (loss !== undefined) throw loss;
    const { promise, resolve, reject } = withResolvers<Ending>();
    pending.add(reject);
    const open = (attempt: number): void => {
      try {
        client.exec(line, (error, channel) => {
          if (error === undefined) collect(channel, stdin, timeoutMs).then(resolve, reject);
          else if (isRoomMissing(error) && attempt < patience) setTimeout(open, 2 ** attempt, attempt + 1);
          else reject(refused(where, error));
        });
      } catch (error) {
        // ssh2 throws when the socket is already closing.
        reject(connectionLost(where, cause ?? error));
      }
    };
    open(0);
    return promise.finally(() => pending.delete(reject));
  }

  return {
    exec: (line, stdin, timeoutMs) => inTurn(() => execute(line, stdin, timeoutMs)),
    end: () => client.end(),
  };
}

/**
 * sshd frees a session a little after it said that the command has ended (it reads the next requests first), so that a
 * full connection refuses a command that it has room for a moment later. Nothing was run then: asking again is safe.
 */
const isRoomMissing = (error: Error): boolean => 'reason' in error;

/** How often to ask again, after 1, 2, 4 … ms: about a second in all. */
const patience = 10;

function withResolvers<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const refused = (where: string, cause: Error): UnreachableError =>
  new UnreachableError({
    what: `${where} accepted the login but refuses to run a command`,
    why: cause.message,
    next: ['look at MaxSessions and ForceCommand in its sshd configuration: sudo sshd -T'],
    cause,
  });

const connectionLost = (where: string, cause: unknown): UnreachableError =>
  new UnreachableError({
    what: `the connection to ${where} was lost`,
    why: `${cause instanceof Error ? cause.message : 'it was closed from the other side'}; long work started on the host goes on there`,
    next: ['run the same command again: it is safe, and finds the work that goes on'],
    cause,
  });
