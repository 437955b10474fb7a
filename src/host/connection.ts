// A login on one machine that stays open: commands share it, eight at a time.

import { withResolvers } from '../model/with-resolvers.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { UnreachableError } from '../model/errors.ts';
import { lineSessionOver, type LineSession } from './line-session.ts';
import { type Ending, type Input, type Outcome, keepOutput, limitTime } from './execution.ts';

/** sshd allows 10 sessions per connection (MaxSessions); two are left for others who share the login. */
const channelsAtOnce = 8;

export interface Connection {
  /** Runs one line in the login shell. Rejects with UnreachableError once the connection is lost. */
  exec(line: string, stdin: Input, timeoutMs: number): Promise<Ending>;
  /** Runs one line that stays open. */
  openSession(line: string): Promise<LineSession>;
  isLost(): boolean;
  end(): void;
}

/**
 * `client` is logged in. `where` is shown in errors: "pg1 (10.0.0.11)". `another` logs in once more: where an sshd allows so
 * few sessions that one that stays open leaves none for commands.
 */
export function connectionOver(client: Client, where: string, another?: () => Promise<Client>): Connection {
  const gate = gateFor(channelsAtOnce);
  const pending = new Set<(reason: Error) => void>();
  let cause: Error | undefined;
  let loss: UnreachableError | undefined;
  let second: Promise<Connection> | undefined;

  client.on('error', (error) => (cause = error));
  client.on('close', () => {
    loss = connectionLost(where, cause);
    for (const reject of pending) reject(loss);
  });

  async function open<Answer>(line: string, listen: Listen<Answer>): Promise<Answer> {
    if (loss !== undefined) throw loss;
    const { promise: lost, reject } = withResolvers<never>();
    pending.add(reject);
    const answer = runInChannel(client, line, listen).catch((error: unknown) => {
      throw loss ?? refused(where, error);
    });
    return Promise.race([lost, answer]).finally(() => pending.delete(reject));
  }

  /** One that finds no room beside others waits for its turn again, and fewer run at once from then on. */
  async function exec(line: string, stdin: Input, timeoutMs: number): Promise<Ending> {
    for (;;) {
      await gate.enter();
      try {
        return await open(line, (channel) => collect(channel, stdin, timeoutMs));
      } catch (error) {
        if (!(error instanceof UnreachableError && isRoomMissing(error.cause))) throw error;
        if (!gate.narrow()) {
          if (another === undefined) throw error;
          break;
        }
      } finally {
        gate.leave();
      }
    }
    second ??= secondConnection(another, where);
    return (await second).exec(line, stdin, timeoutMs);
  }

  return {
    exec,
    openSession: (line) =>
      new Promise((resolve, reject) => {
        const listen = (channel: ClientChannel): Promise<void> => {
          resolve(lineSessionOver({ input: channel, output: channel, errors: channel.stderr }));
          return new Promise((end) => channel.on('close', end));
        };
        open(line, listen).catch(reject);
      }),
    isLost: () => loss !== undefined,
    end() {
      client.end();
      void second?.then((other) => other.end()).catch(() => {});
    },
  };
}

const secondConnection = async (another: () => Promise<Client>, where: string): Promise<Connection> =>
  connectionOver(await another(), where);

type Listen<Answer> = (channel: ClientChannel) => Promise<Answer>;

/** Asks for a channel that runs the line, again and again for about a second while there is no room for it. */
async function runInChannel<Answer>(client: Client, line: string, listen: Listen<Answer>): Promise<Answer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await requestChannel(client, line, listen);
    } catch (error) {
      if (!isRoomMissing(error) || attempt === patience) throw error;
      await sleep(2 ** attempt);
    }
  }
}

/** Listens before it returns: the exit status of a quick command comes in the same packet as the channel's opening. */
const requestChannel = <Answer>(client: Client, line: string, listen: Listen<Answer>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    client.exec(line, (error, channel) => (error === undefined ? resolve(listen(channel)) : reject(error)));
  });

/**
 * sshd frees a session a little after it said that the command has ended (it reads the next requests first), so that a
 * full connection refuses a command that it has room for a moment later. Nothing was run then: asking again is safe.
 */
const isRoomMissing = (error: unknown): boolean => error instanceof Error && 'reason' in error;

/** How often to ask again, after 1, 2, 4 … ms: about a second in all. */
const patience = 9;

const refused = (where: string, cause: unknown): UnreachableError =>
  new UnreachableError({
    what: `${where} accepted the login but does not run commands`,
    why: cause instanceof Error ? cause.message : String(cause),
    next: ['check MaxSessions and ForceCommand in its sshd configuration: sudo sshd -T'],
    cause,
  });

const connectionLost = (where: string, cause: unknown): UnreachableError =>
  new UnreachableError({
    what: `the connection to ${where} was lost`,
    why: `${cause instanceof Error ? cause.message : 'it was closed from the other side'}; long-running work continues on the host`,
    next: ['run the same command again: it is safe, and follows the work that is running'],
    cause,
  });

/** Lets at most so many commands in at once; the others wait their turn, first come, first served. */
function gateFor(places: number) {
  const waiting: (() => void)[] = [];
  let limit = places;
  let inside = 0;

  return {
    async enter(): Promise<void> {
      if (inside < limit) inside += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    leave(): void {
      const next = inside <= limit ? waiting.shift() : undefined;
      if (next === undefined) inside -= 1;
      else next();
    },
    /** Lets in fewer than are inside now; false for one that is alone. */
    narrow(): boolean {
      if (inside <= 1) return false;
      limit = Math.max(1, Math.min(limit, inside - 1));
      return true;
    },
  };
}

/**
 * Sends the input and waits for the end. The exit status may never come (the connection died, the server misbehaved):
 * that is an outcome of its own, never success.
 */
function collect(channel: ClientChannel, stdin: Input, timeoutMs: number): Promise<Ending> {
  return new Promise((resolve) => {
    let outcome: Outcome = { kind: 'unknown' };

    const output = keepOutput({ stdout: channel, stderr: channel.stderr }, () =>
      giveUp({ kind: 'printed too much' }),
    );
    const end = (): void => {
      limit.stop();
      if (typeof stdin !== 'string') stdin.destroy();
      resolve({ outcome, ...output() });
    };
    const giveUp = (reason: Outcome): void => {
      channel.removeAllListeners('exit');
      outcome = reason;
      channel.signal('TERM');
      channel.close();
      end();
    };
    const limit = limitTime(stdin, timeoutMs, () => giveUp({ kind: 'timed out' }));

    channel.on('exit', (code: number | null, signal?: string) => {
      outcome = code === null ? { kind: 'killed', signal: signal ?? '?' } : { kind: 'exited', code };
    });
    // A command that ends without reading its input closes the pipe: its exit status tells, not this.
    channel.on('error', () => {});
    channel.on('close', end);
    if (typeof stdin === 'string') channel.end(stdin);
    // What cannot be read here is missed there.
    else stdin.on('error', () => channel.end()).pipe(channel);
  });
}
