// What a node leaves behind on its host when it is no longer one, and how that is put away.

import type { Instance } from '../model/instance.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';

/** Removing a large database takes its time; milliseconds. */
const patienceMs = 3_600_000;

/** Where the data of a removed node is kept: `data` and `config` in a directory beside its place. */
export const removedDataOf = ({ dataDirectory }: Instance, stamp: string): string =>
  `${dataDirectory}.removed-${stamp}`;

/** Keeps the data and the configuration aside, where no server is started with them. */
export const keepRemovedData = (instance: Instance, stamp: string): Action =>
  action(
    script(
      'replication/keep-removed-data.sh',
      instance.dataDirectory,
      instance.configDirectory,
      removedDataOf(instance, stamp),
    ),
    { timeoutMs: patienceMs },
  );

/** The newest place where data of a removed node is kept; undefined when there is none. */
export const keptRemovedData = ({ dataDirectory }: Instance): Query<string | undefined> =>
  query(
    sh('ls -d -- "$(readlink -m -- "$1")".removed-*/data 2>/dev/null | tail -n 1', dataDirectory),
    (stdout) => stdout.trim().replace(/\/data$/, '') || undefined,
  );

/** Removes the data, the configuration and the logs. What was kept of earlier nodes stays. */
export const wipeData = ({ dataDirectory, configDirectory, logName }: Instance): Action =>
  action(script('replication/wipe-data.sh', dataDirectory, configDirectory, logName), {
    timeoutMs: patienceMs,
  });
