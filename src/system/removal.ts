// How units and files of dbctl's go from a host.

import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';

const lines = (stdout: string): readonly string[] => stdout.split('\n').filter((line) => line !== '');

/** Those of the paths that are there. */
export const existing = (paths: readonly string[]): Query<readonly string[]> =>
  query(sh('for path do [ ! -e "$path" ] || printf "%s\\n" "$path"; done', ...paths), lines);

/** Those of the units that run, or would at the next boot. */
export const activeUnits = (units: readonly string[]): Query<readonly string[]> =>
  query(script('system/lively-units.sh', ...units), lines);

/** Stops units, now and at every boot; transient ones too. */
export const stopUnits = (units: readonly string[]): Action =>
  action(script('system/stop-units.sh', ...units), { timeoutMs: 300_000 });

/** Removing a large directory takes its time; milliseconds. */
const patienceMs = 3_600_000;

/** Removes files and directories; systemd forgets the units among them. */
export const removePaths = (paths: readonly string[]): Action =>
  action(sh('rm -rf -- "$@" && systemctl daemon-reload', ...paths), { timeoutMs: patienceMs });
