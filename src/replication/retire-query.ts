// What a node leaves behind on its host when it is no longer one, and how that is put away.

import type { Instance } from '../model/instance.ts';
import { action, query, type Action, type Query } from '../host/command.ts';

/** Removing a large database takes its time; milliseconds. */
const patienceMs = 3_600_000;

const lines = (stdout: string): readonly string[] => stdout.split('\n').filter((line) => line !== '');

/** Those of the paths that are there. */
export const existing = (paths: readonly string[]): Query<readonly string[]> =>
  query(['sh', '-c', 'for path do [ ! -e "$path" ] || printf "%s\\n" "$path"; done', 'sh', ...paths], lines);

const livelyScript = `
for unit do
  active=$(systemctl is-active -- "$unit" || :) enabled=$(systemctl is-enabled -- "$unit" 2>/dev/null || :)
  case $active/$enabled in active/*|activating/*|deactivating/*|reloading/*|*/enabled) printf '%s\\n' "$unit" ;; esac
done`;

/** Those of the units that run, or would at the next boot. */
export const livelyUnits = (units: readonly string[]): Query<readonly string[]> =>
  query(['sh', '-c', livelyScript, 'sh', ...units], lines);

const stopScript = `
for unit do
  systemctl disable -q --now -- "$unit" 2>/dev/null
  systemctl stop -- "$unit" 2>/dev/null
  systemctl reset-failed -- "$unit" 2>/dev/null
done
:`;

/** Stops units, now and at every boot; transient ones too. */
export const stopUnits = (units: readonly string[]): Action =>
  action(['sh', '-c', stopScript, 'sh', ...units], { timeoutMs: 300_000 });

const removeScript = 'rm -rf -- "$@" && systemctl daemon-reload';

/** Removes files and directories; systemd forgets the units among them. */
export const removePaths = (paths: readonly string[]): Action =>
  action(['sh', '-c', removeScript, 'sh', ...paths], { timeoutMs: patienceMs });

/** Where the data of a removed node is kept: `data` and `config` in a directory beside its place. */
export const removedDataOf = ({ dataDirectory }: Instance, stamp: string): string =>
  `${dataDirectory}.removed-${stamp}`;

// A directory that got the configuration and not yet the data is of a run that was cut off.
const asideScript = `
set -eu
data=$1 config=$2 kept=$3
for begun in "$data".removed-*; do
  [ ! -d "$begun" ] || [ -e "$begun/data" ] || kept=$begun
done
install -d -o postgres -g postgres -m 700 "$kept"
if [ -e "$config" ]; then
  rm -rf -- "$kept/config"
  cp -a -- "$config" "$kept/config"
  rm -rf -- "$config"
fi
if [ -e "$data.dbctl-before-reinit" ]; then mv -T -- "$data.dbctl-before-reinit" "$kept/data-before-reinit"; fi
if [ -e "$data" ]; then mv -T -- "$data" "$kept/data"; fi
rm -rf -- "$data".dbctl-*
sync -f "$kept"
systemctl daemon-reload
`;

/** Keeps the data and the configuration aside, where no server is started with them. */
export const keepRemovedData = (instance: Instance, stamp: string): Action =>
  action(
    [
      'sh',
      '-c',
      asideScript,
      'sh',
      instance.dataDirectory,
      instance.configDirectory,
      removedDataOf(instance, stamp),
    ],
    { timeoutMs: patienceMs },
  );

/** The newest place where data of a removed node is kept; undefined when there is none. */
export const keptRemovedData = ({ dataDirectory }: Instance): Query<string | undefined> =>
  query(
    ['sh', '-c', 'ls -d -- "$1".removed-*/data 2>/dev/null | tail -n 1', 'sh', dataDirectory],
    (stdout) => stdout.trim().replace(/\/data$/, '') || undefined,
  );

const wipeScript = `
set -eu
data=$1 config=$2 log=/var/log/postgresql/$3
rm -rf -- "$config" "$data" "$data".dbctl-*
rm -f -- "$log".log* "$log"-???.log
systemctl daemon-reload
`;

/** Removes the data, the configuration and the logs. What was kept of earlier nodes stays. */
export const wipeData = ({ dataDirectory, configDirectory, logName }: Instance): Action =>
  action(['sh', '-c', wipeScript, 'sh', dataDirectory, configDirectory, logName], {
    timeoutMs: patienceMs,
  });
