// Transient units: long work that systemd keeps, so that it outlives the connection that asked for it.

import { type Action, action, type Query, query } from './command.ts';
import { sh } from './script.ts';
import { fieldsIn } from '../model/answers.ts';

/** A program to run as a unit of its own. Nothing in it may be secret: units and their argv can be read by everybody. */
export interface TransientUnit {
  /** "dbctl-clone-pg2"; without ".service". */
  readonly name: string;
  readonly description: string;
  readonly argv: readonly string[];
  readonly asUser: string;
}

const libpqVariables = [
  ...['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGPASSWORD', 'PGPASSFILE', 'PGSERVICE'],
  ...[
    'PGSERVICEFILE',
    'PGSYSCONFDIR',
    'PGOPTIONS',
    'PGAPPNAME',
    'PGREQUIREAUTH',
    'PGREQUIREPEER',
    'PGCHANNELBINDING',
  ],
  ...['PGSSLMODE', 'PGSSLNEGOTIATION', 'PGSSLCERT', 'PGSSLKEY', 'PGSSLCERTMODE', 'PGSSLROOTCERT', 'PGSSLCRL'],
  ...['PGSSLCRLDIR', 'PGSSLSNI', 'PGSSLMINPROTOCOLVERSION', 'PGSSLMAXPROTOCOLVERSION', 'PGGSSENCMODE'],
  ...[
    'PGCONNECT_TIMEOUT',
    'PGCLIENTENCODING',
    'PGTARGETSESSIONATTRS',
    'PGLOADBALANCEHOSTS',
    'PGDATESTYLE',
    'PGTZ',
  ],
].join(' ');

/** Of a unit: what the manager's own environment (DefaultEnvironment=) says to programs that connect to PostgreSQL is dropped. */
export const withoutLibpqVariables = `UnsetEnvironment=${libpqVariables}`;

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
    `--property=${withoutLibpqVariables}`,
    '--property=Type=exec',
    '--',
    ...argv.map((word) => word.replaceAll('$', '$$$$')),
  ]);

/** One line of a file that EnvironmentFile= names; the value has no control characters (systemd.exec(5)). */
export const environmentLine = (name: string, value: string): string =>
  `${name}="${value.replaceAll(/["\\$`]/g, '\\$&')}"`;

/** How a unit is doing; `absent` when systemd does not know it, or when it was stopped. */
export const unitState = (name: string): Query<UnitState> =>
  query(showUnits(unitProperties, `${checked(name)}.service`), parseUnitState);

const unitProperties = 'LoadState,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus,InvocationID';

/** The last lines that one run of a unit wrote itself. */
export const unitJournal = ({ invocation }: UnitState, lines: number): Query<string> =>
  query(
    [
      ...'journalctl --quiet --no-pager -o cat -n'.split(' '),
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

/** Asks for properties of units; several are answered in paragraphs. */
export const showUnits = (properties: string, ...units: readonly string[]): readonly string[] => [
  ...['systemctl', 'show', '--timestamp=us+utc', `--property=${properties}`, '--'],
  ...units,
];

/**
 * "Sun 2026-11-22 01:00:00.000000 UTC", as systemd writes a time (--timestamp=us+utc), in seconds since 1970; undefined for
 * what is no time.
 */
export function epochOf(text: string): number | undefined {
  const [, day, time, fraction = '0'] =
    /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))? UTC$/.exec(text) ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${time}Z`) / 1000 + Number(`0.${fraction}`);
}

function parseUnitState(stdout: string) {
  const { of } = fieldsIn(stdout);
  // ExecMainCode is waitid's si_code: 1 is CLD_EXITED, the only one whose status is an exit code.
  const hasExited = of('ExecMainCode') === '1';
  return {
    kind: kindOf(of('LoadState'), of('ActiveState'), of('SubState')),
    /** The exit code of a failed unit's program, when it exited by itself. */
    exitCode: hasExited ? Number(of('ExecMainStatus')) : undefined,
    /** systemd's word for how it ended: "exit-code", "signal", "oom-kill", "timeout". */
    result: of('Result'),
    /** Tells this run of the unit from earlier ones of the same name; empty when it never ran. */
    invocation: of('InvocationID'),
  };
}

export type UnitState = ReturnType<typeof parseUnitState>;

function kindOf(load = '', active = '', sub = '') {
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
