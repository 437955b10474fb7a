import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { commandHost } from './command-host.ts';
import { lineSessionOver, type OpenSession } from './line-session.ts';
import {
  type Ending,
  type Execution,
  type Input,
  type Login,
  type Outcome,
  privileged,
} from './execution.ts';
import type { Host } from './host.ts';
import { keepOutput } from './execution.ts';
import { limitTime } from './execution.ts';

export const localLogin = (): Login => (process.getuid?.() === 0 ? 'root' : 'sudoer');

/** The machine that dbctl runs on, reached without SSH and without a shell. */
export const localHost = (name: string, login: Login = localLogin()): Host =>
  commandHost(name, (execution) => runHere(execution, login));

/** Starts a command on this machine that stays open, as root. */
export const openSessionHere =
  (login: Login = localLogin()): OpenSession =>
  async (argv) => {
    const [program = '', ...parameters] = privileged(argv, 'root', login);
    const child = spawn(program, parameters, { cwd: '/' });
    // What cannot be started is told by its streams, which end.
    child.on('error', () => {});
    return lineSessionOver({ input: child.stdin, output: child.stdout, errors: child.stderr });
  };

async function runHere({ argv, asUser, stdin, timeoutMs }: Execution, login: Login): Promise<Ending> {
  const [program = '', ...parameters] = privileged(argv, asUser, login);
  const child = spawn(program, parameters, { cwd: '/' });
  let outcome: Outcome | undefined;
  const stop = (reason: Outcome): void => {
    outcome ??= reason;
    child.kill('SIGKILL');
  };
  const limit = limitTime(stdin, timeoutMs, () => stop({ kind: 'timed out' }));
  const output = keepOutput(child, () => stop({ kind: 'printed too much' }));
  const ended = endOf(child, () => outcome !== undefined);
  feed(child.stdin, stdin, () => stop({ kind: 'unknown' }));
  const end = await ended;
  limit.stop();
  const { stdout, stderr } = output();
  if (end instanceof Error) return { outcome: { kind: 'unknown' }, stdout, stderr: end.message };
  return { outcome: outcome ?? end, stdout, stderr };
}

/** What the program reads. It may end before it has read everything. */
function feed(input: Writable, text: Input, onBroken: () => void): void {
  input.on('error', () => {});
  if (typeof text === 'string') input.end(text);
  else text.on('error', onBroken).pipe(input);
}

/** When the program is gone and has said everything; of one that was stopped nothing more is waited for. */
const endOf = (child: ChildProcess, isStopped: () => boolean): Promise<Outcome | Error> =>
  new Promise((resolve) => {
    const say = (code: number | null, signal: string | null): void =>
      resolve(code === null ? { kind: 'killed', signal: signal ?? 'unknown' } : { kind: 'exited', code });
    child.on('error', resolve);
    child.on('close', say);
    child.on('exit', (code, signal) => isStopped() && say(code, signal));
  });
