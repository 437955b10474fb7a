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
    client.exec(line, (error, channel) => {
      if (error) reject(refused(where, error));
      else collect(channel, stdin, timeoutMs).then(resolve, reject);
    });
    return promise.finally(() => pending.delete(reject));
  }

  return {
    exec: (line, stdin, timeoutMs) => inTurn(() => execute(line, stdin, timeoutMs)),
    end: () => client.end(),
  };
}

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

const connectionLost = (where: string, cause: Error | undefined): UnreachableError =>
  new UnreachableError({
    what: `the connection to ${where} was lost`,
    why: `${cause?.message ?? 'it was closed from the other side'}; long work started on the host goes on there`,
    next: ['run the same command again: it is safe, and finds the work that goes on'],
    cause,
  });
