// Transient units: long work that systemd keeps, so that it outlives the connection that asked for it.

import { type Action, action, type Query, query } from './command.ts';
import { sh } from './script.ts';

/** A program to run as a unit of its own. Nothing in it may be secret: units and their argv can be read by everybody. */
export interface TransientUnit {
  /** "dbctl-clone-pg2"; without ".service". */
  readonly name: string;
  readonly description: string;
  readonly argv: readonly string[];
  readonly asUser: string;
}

export interface UnitState {
  readonly kind: 'absent' | 'running' | 'succeeded' | 'failed';
  /** The exit code of a failed unit's program, when it exited by itself. */
  readonly exitCode: number | undefined;
  /** systemd's word for how it ended: "exit-code", "signal", "oom-kill", "timeout". */
  readonly result: string;
  /** Tells this run of the unit from earlier ones of the same name; empty when it never ran. */
  readonly invocation: string;
}

/**
 * Starts the unit. It stays after it has ended, whichever way, so that the result can be found by a later run; that run
 * forgets it with `forgetUnit`.
 */
export const startUnit = ({ name, description, argv, asUser }: TransientUnit): Action =>
  action([
    'systemd-run',
    '--quiet',
    `--unit=${checked(name)}`,
    `--description=${description}`,
    `--uid=${asUser}`,
    '--remain-after-exit',
    '--setenv=LC_ALL=C',
    '--property=Type=exec',
    '--',
    ...argv.map((word) => word.replaceAll('$', '$$$$')),
  ]);

/** One line of a file that EnvironmentFile= names; the value has no control characters (systemd.exec(5)). */
export const environmentLine = (name: string, value: string): string =>
  `${name}="${value.replaceAll(/["\\$`]/g, '\\$&')}"`;

/** How a unit is doing; `absent` when systemd does not know it, or when it was stopped. */
export const unitState = (name: string): Query<UnitState> =>
  query(
    [
      'systemctl',
      'show',
      '--property=LoadState,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus,InvocationID',
      `${checked(name)}.service`,
    ],
    parseUnitState,
  );

/** The last lines that one run of a unit wrote itself. */
export const unitJournal = ({ invocation }: UnitState, lines: number): Query<string> =>
  query(
    [
      'journalctl',
      '--quiet',
      '--no-pager',
      '-o',
      'cat',
      '-n',
      String(lines),
      `_SYSTEMD_INVOCATION_ID=${invocation}`,
    ],
    (stdout) => stdout.trimEnd(),
  );

/** Forgets a unit that has ended, and ends one that has not. */
export const forgetUnit = (name: string): Action =>
  action(
    sh('systemctl stop -- "$1"; systemctl reset-failed -- "$1" 2>/dev/null || :', `${checked(name)}.service`),
    { timeoutMs: 120_000 },
  );

function parseUnitState(stdout: string): UnitState {
  const values = new Map(
    stdout.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
  // ExecMainCode is waitid's si_code: 1 is CLD_EXITED, the only one whose status is an exit code.
  const hasExited = values.get('ExecMainCode') === '1';
  return {
    kind: kindOf(values.get('LoadState'), values.get('ActiveState'), values.get('SubState')),
    exitCode: hasExited ? Number(values.get('ExecMainStatus')) : undefined,
    result: values.get('Result') ?? '',
    invocation: values.get('InvocationID') ?? '',
  };
}

function kindOf(load = '', active = '', sub = ''): UnitState['kind'] {
  if (load === 'not-found') return 'absent';
  if (active === 'failed') return 'failed';
  if (active === 'active') return sub === 'exited' ? 'succeeded' : 'running';
  return active === 'inactive' ? 'absent' : 'running';
}

function checked(name: string): string {
  if (!/^dbctl-[A-Za-z0-9_.-]{1,200}$/.test(name))
    throw new Error(`not a name for a unit: ${JSON.stringify(name)}`);
  return name;
}
