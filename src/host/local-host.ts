import { homedir } from 'node:os';
import { execa } from 'execa';
import { commandHost } from './command-host.ts';
import { conversationOver, type Converse } from './conversation.ts';
import {
  type Ending,
  environment,
  type Execution,
  type Login,
  type Outcome,
  privileged,
} from './execution.ts';
import type { Host } from './host.ts';
import { keepOutput } from './output.ts';
import { limitTime } from './time-limit.ts';

export const localLogin = (): Login => (process.getuid?.() === 0 ? 'root' : 'sudoer');

/** The machine that dbctl runs on, reached without SSH and without a shell. */
export const localHost = (name: string, login: Login = localLogin()): Host =>
  commandHost(name, (execution) => runHere(execution, login));

/** Starts a command on this machine that stays open, as root. */
export const converseHere =
  (login: Login = localLogin()): Converse =>
  async (argv) => {
    const [program = '', ...parameters] = privileged(argv, 'root', login);
    const child = execa(program, parameters, {
      cwd: '/',
      env: environment,
      extendEnv: false,
      stdin: 'pipe',
      buffer: false,
      reject: false,
    });
    return conversationOver({ input: child.stdin, output: child.stdout, errors: child.stderr });
  };

async function runHere({ argv, asUser, stdin, timeoutMs }: Execution, login: Login): Promise<Ending> {
  const [program = '', ...parameters] = privileged(argv, asUser, login);
  let isFlood = false;
  let isTooLate = false;
  const child = execa(program, parameters, {
    cwd: '/',
    env: { ...environment, HOME: homedir() },
    extendEnv: false,
    input: stdin,
    buffer: false,
    reject: false,
  });
  const limit = limitTime(stdin, timeoutMs, () => {
    isTooLate = true;
    child.kill('SIGKILL');
  });
  const output = keepOutput(child, () => {
    isFlood = true;
    child.kill('SIGKILL');
  });
  const end = await child;
  limit.stop();
  const { stdout, stderr } = output();
  if (isFlood) return { outcome: { kind: 'printed too much' }, stdout, stderr };
  const isStarted = end.exitCode !== undefined || end.signal !== undefined;
  return {
    outcome: outcomeOf(end, isTooLate),
    stdout,
    stderr: isStarted ? stderr : (end.originalMessage ?? ''),
  };
}

interface End {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}

function outcomeOf({ exitCode, signal }: End, isTooLate: boolean): Outcome {
  if (isTooLate) return { kind: 'timed out' };
  if (exitCode !== undefined) return { kind: 'exited', code: exitCode };
  return signal === undefined ? { kind: 'unknown' } : { kind: 'killed', signal };
}
