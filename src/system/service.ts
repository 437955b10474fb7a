// Services that dbctl brings: units with a file of their own, kept by systemd from boot on.

import { action, query, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';

export interface ServiceState {
  readonly isEnabled: boolean;
  readonly isActive: boolean;
  /** When it was last started or reloaded, seconds since 1970; 0 when it does not run. */
  readonly loadedAt: number;
}

export const serviceState = (unit: string): Query<ServiceState> =>
  query(
    [
      'systemctl',
      'show',
      '--timestamp=us+utc',
      '--property=UnitFileState,ActiveState,StateChangeTimestamp',
      '--',
      unit,
    ],
    parseServiceState,
  );

export function parseServiceState(stdout: string): ServiceState {
  const of = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  const isActive = of('ActiveState') === 'active';
  return {
    isEnabled: of('UnitFileState') === 'enabled',
    isActive,
    loadedAt: isActive ? epochOf(of('StateChangeTimestamp')) : 0,
  };
}

/** "Sat 2026-11-21 10:00:00.123456 UTC" in seconds since 1970; 0 for what is no time, so that the unit loads again. */
function epochOf(text: string): number {
  const [, day, time, fraction = '0'] =
    /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))? UTC$/.exec(text) ?? [];
  return day === undefined ? 0 : Date.parse(`${day}T${time}Z`) / 1000 + Number(`0.${fraction}`);
}

/** Makes systemd read the unit's file, start it now and at every boot; a unit that runs is restarted. */
export const startService = (unit: string): Action =>
  action(sh('systemctl daemon-reload && systemctl enable -q -- "$1" && systemctl restart -- "$1"', unit));

export const reloadService = (unit: string): Action => action(['systemctl', 'reload', '--', unit]);

/** Stops a unit, now and at every boot. Does nothing when there is none. */
export const stopService = (unit: string): Action =>
  action(sh('systemctl disable -q --now -- "$1" 2>/dev/null || :', unit));

/** The last lines of a unit's journal. */
export const serviceJournal = (unit: string, lines = 15): Query<string> =>
  query(['journalctl', '-q', '--no-pager', '-o', 'cat', '-n', String(lines), '-u', unit], (stdout) =>
    stdout.trimEnd(),
  );
