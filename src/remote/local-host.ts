import { homedir } from 'node:os';
import { execa } from 'execa';
import { commandHost } from './command-host.ts';
import { type Ending, environment, type Execution, type Login, outputLimit, privileged } from './execution.ts';
import type { Host } from './host.ts';

export const localLogin = (): Login => (process.getuid?.() === 0 ? 'root' : 'sudoer');

/** The machine that dbctl runs on, reached without SSH and without a shell. */
export const localHost = (name: string, login: Login = localLogin()): Host =>
  commandHost(name, (execution) => runHere(execution, login));

async function runHere({ argv, asUser, stdin, timeoutMs }: Execution, login: Login): Promise<Ending> {
  const [program = '', ...parameters] = privileged(argv, asUser, login);
  const result = await execa(program, parameters, {
    cwd: '/',
    // Another account's HOME is not ours; without one, programs look it up for the account they run as.
    env: asUser === undefined ? { ...environment, HOME: homedir() } : environment,
    extendEnv: false,
    input: stdin,
    timeout: timeoutMs,
    maxBuffer: outputLimit,
    stripFinalNewline: false,
    reject: false,
  });
  const stderr = result.exitCode === undefined ? `${result.stderr}\n${result.originalMessage ?? ''}` : result.stderr;
  return { outcome: outcomeOf(result), stdout: result.stdout, stderr };
}

interface End {
  readonly isMaxBuffer: boolean;
  readonly timedOut: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}

function outcomeOf({ isMaxBuffer, timedOut, exitCode, signal }: End): Ending['outcome'] {
  if (isMaxBuffer) return { kind: 'said too much' };
  if (timedOut) return { kind: 'timed out' };
  if (exitCode !== undefined) return { kind: 'exited', code: exitCode };
  return signal === undefined ? { kind: 'unknown' } : { kind: 'killed', signal };
}
