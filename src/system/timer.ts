// systemd timers: work that a host does by itself when its time has come.

import { action, query, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import { epochOf, showUnits } from '../host/systemd.ts';
import { fieldsIn } from '../model/answers.ts';

const properties =
  'Id,UnitFileState,ActiveState,NeedDaemonReload,TimersCalendar,NextElapseUSecRealtime,Result,ExecMainExitTimestamp';

/** How timers are doing, in the order of their names, which are without ".timer"; at least one. */
export const timerStates = (names: readonly string[]): Query<readonly TimerState[]> =>
  query(showUnits(properties, ...names.flatMap((name) => [`${name}.timer`, `${name}.service`])), (stdout) =>
    parseTimerStates(stdout, names),
  );

/** How one is doing. */
export function timerState(name: string): Query<TimerState> {
  const { parse, ...asked } = timerStates([name]);
  return { ...asked, parse: (stdout) => parse(stdout)[0]! };
}

/** One paragraph for each unit. */
export function parseTimerStates(stdout: string, names: readonly string[]): readonly TimerState[] {
  const units = new Map(stdout.split('\n\n').map((text) => [fieldsIn(text).of('Id'), text]));
  const textOf = (unit: string): string => units.get(unit) ?? '';
  return names.map((name) => stateOf(textOf(`${name}.timer`), textOf(`${name}.service`)));
}

export type TimerState = ReturnType<typeof stateOf>;

function stateOf(timerText: string, serviceText: string) {
  const [timer, service] = [fieldsIn(timerText), fieldsIn(serviceText)];
  const lastAt = secondOf(service.of('ExecMainExitTimestamp'));
  return {
    isEnabled: timer.of('UnitFileState') === 'enabled',
    isActive: timer.of('ActiveState') === 'active',
    /** The calendar expression that systemd goes by now, in its own form; undefined when it knows no such timer. */
    calendar: /OnCalendar=(.*?) ; next_elapse/.exec(timer.of('TimersCalendar'))?.[1],
    /** Whether the unit's file has changed since systemd read it. */
    isOutdated: [timer, service].some((text) => text.of('NeedDaemonReload') === 'yes'),
    /** Seconds since 1970; undefined: never. */
    nextAt: secondOf(timer.of('NextElapseUSecRealtime')),
    /** When its service ended last, and how ("success", "exit-code" …); undefined: not since the host booted. */
    lastAt,
    lastResult: lastAt === undefined ? undefined : service.of('Result'),
  };
}

/** Whole seconds since 1970. */
function secondOf(time: string): number | undefined {
  const epoch = epochOf(time);
  return epoch && Math.floor(epoch);
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
        secondOf(text!),
      );
      return first === undefined || second === undefined ? undefined : second - first;
    },
  );

/** Ends a timer for good. Its service stays, and one that runs goes on. */
export const removeTimer = (name: string): Action =>
  action(
    sh(
      'systemctl disable -q --now -- "$1" 2>/dev/null; rm -f -- "/etc/systemd/system/$1" && systemctl daemon-reload',
      `${name}.timer`,
    ),
  );
