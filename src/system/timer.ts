// systemd timers: work that a host does by itself when its time has come.

import { action, query, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';

export interface TimerState {
  readonly isEnabled: boolean;
  readonly isActive: boolean;
  /** The calendar expression that systemd goes by now, in its own form; undefined when it knows no such timer. */
  readonly calendar: string | undefined;
  /** Whether the unit's file has changed since systemd read it. */
  readonly isOutdated: boolean;
  /** Seconds since 1970; undefined: never. */
  readonly nextAt: number | undefined;
  /** When its service ended last, and how ("success", "exit-code" …); undefined: not since the host booted. */
  readonly lastAt: number | undefined;
  readonly lastResult: string | undefined;
}

const properties =
  'Id,UnitFileState,ActiveState,NeedDaemonReload,TimersCalendar,NextElapseUSecRealtime,Result,ExecMainExitTimestamp';

/** How timers are doing, in the order of their names, which are without ".timer"; at least one. */
export const timerStates = (names: readonly string[]): Query<readonly TimerState[]> =>
  query(
    [
      'systemctl',
      'show',
      '--timestamp=us+utc',
      `--property=${properties}`,
      '--',
      ...names.flatMap((name) => [`${name}.timer`, `${name}.service`]),
    ],
    (stdout) => parseTimerStates(stdout, names),
  );

/** How one is doing. */
export function timerState(name: string): Query<TimerState> {
  const { parse, ...asked } = timerStates([name]);
  return { ...asked, parse: (stdout) => parse(stdout)[0]! };
}

/** One paragraph for each unit. */
export function parseTimerStates(stdout: string, names: readonly string[]): readonly TimerState[] {
  const units = new Map(stdout.split('\n\n').map((text) => [valueIn(text, 'Id'), text]));
  const textOf = (unit: string): string => units.get(unit) ?? '';
  return names.map((name) => stateOf(textOf(`${name}.timer`), textOf(`${name}.service`)));
}

function stateOf(timer: string, service: string): TimerState {
  const lastAt = epochOf(valueIn(service, 'ExecMainExitTimestamp'));
  return {
    isEnabled: valueIn(timer, 'UnitFileState') === 'enabled',
    isActive: valueIn(timer, 'ActiveState') === 'active',
    calendar: /OnCalendar=(.*?) ; next_elapse/.exec(valueIn(timer, 'TimersCalendar'))?.[1],
    isOutdated: [timer, service].some((text) => valueIn(text, 'NeedDaemonReload') === 'yes'),
    nextAt: epochOf(valueIn(timer, 'NextElapseUSecRealtime')),
    lastAt,
    lastResult: lastAt === undefined ? undefined : valueIn(service, 'Result'),
  };
}

const valueIn = (text: string, name: string): string =>
  new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';

/** "Sun 2026-11-22 01:00:00.000000 UTC" in whole seconds since 1970. */
function epochOf(text: string): number | undefined {
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text) ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${time}Z`) / 1000;
}

/** A calendar expression in systemd's own form; undefined when systemd does not understand it. */
export const normalCalendar = (expression: string): Query<string | undefined> =>
  query(
    sh('LC_ALL=C systemd-analyze calendar -- "$1" 2>/dev/null || :', expression),
    (stdout) => /^\s*Normalized form: (.*)$/m.exec(stdout)?.[1],
  );

/** Seconds between the next two times of a calendar expression; undefined when there are no two. */
export const calendarInterval = (expression: string): Query<number | undefined> =>
  query(
    sh('TZ=UTC LC_ALL=C systemd-analyze calendar --iterations=2 -- "$1" 2>/dev/null || :', expression),
    (stdout) => {
      const [first, second] = [...stdout.matchAll(/(?:elapse|Iteration #2): (.* UTC)$/gm)].map(([, text]) =>
        epochOf(text!),
      );
      return first === undefined || second === undefined ? undefined : second - first;
    },
  );

/** Makes systemd read the units' files, and the timer run now and after every boot, by its file as it is now. */
export const startTimer = (name: string): Action =>
  action(
    sh(
      'systemctl daemon-reload && systemctl enable -q -- "$1" && systemctl restart -- "$1"',
      `${name}.timer`,
    ),
  );

/** Ends a timer for good. Its service stays, and one that runs goes on. */
export const removeTimer = (name: string): Action =>
  action(
    sh(
      'systemctl disable -q --now -- "$1" 2>/dev/null; rm -f -- "/etc/systemd/system/$1" && systemctl daemon-reload',
      `${name}.timer`,
    ),
  );
