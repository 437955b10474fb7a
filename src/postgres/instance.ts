// The life of one instance: its data directory, its registration with postgresql-common, its systemd unit.

import { dirname } from 'node:path/posix';
import type { Instance } from '../model/instance.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';

const succeeds = (condition: string, ...parameters: readonly string[]): Query<boolean> =>
  query(sh(`if ${condition}; then echo yes; else echo no; fi`, ...parameters), (stdout) =>
    stdout.startsWith('yes'),
  );

export const hasDataDirectory = ({ dataDirectory }: Instance): Query<boolean> =>
  succeeds('[ -e "$1/PG_VERSION" ]', dataDirectory);

/** Makes the directory that the data directory will be in; the file system that is mounted there may still be root's. */
export const makeParent = ({ dataDirectory }: Instance): Action =>
  action(['install', '-d', '-o', 'postgres', '-g', 'postgres', '-m', '755', dirname(dataDirectory)]);

/** Makes a new, empty cluster aside and gives it its final name in one move. */
export const createData = ({ binDirectory, dataDirectory }: Instance): Action =>
  action(script('postgres/create-data.sh', binDirectory, dataDirectory));

/** Whether postgresql-common knows the instance, completely (its start.conf is written last). */
export const isRegistered = ({ configDirectory }: Instance): Query<boolean> =>
  succeeds('[ -s "$1/postgresql.conf" ] && [ -s "$1/start.conf" ]', configDirectory);

/** Makes /etc/postgresql/<version>/<name> for a data directory that exists. */
export const register = ({ version, name, dataDirectory, configDirectory, port }: Instance): Action =>
  action(script('postgres/register.sh', String(version), name, dataDirectory, configDirectory, String(port)));

/** Whether the server accepts connections on its local socket. */
export const acceptsConnections = ({ binDirectory, port }: Instance): Query<boolean> =>
  succeeds('"$1/pg_isready" -qh /var/run/postgresql -p "$2"', binDirectory, String(port));

/** Starts the unit without waiting: its own time-out is infinite. */
export const start = ({ unit }: Instance): Action =>
  action(sh('systemctl reset-failed "$1" 2>/dev/null; exec systemctl start --no-block "$1"', unit));

/** Restarts the unit without waiting; `invocation` tells when the new run has begun. */
export const restart = ({ unit }: Instance): Action => action(['systemctl', 'restart', '--no-block', unit]);

/** systemd's name for this run of the unit; another one as soon as it starts anew. */
export const invocation = ({ unit }: Instance): Query<string> =>
  query(['systemctl', 'show', '--value', '--property=InvocationID', unit], (stdout) => stdout.trim());

export const hasFailed = ({ unit }: Instance): Query<boolean> =>
  succeeds('systemctl -q is-failed "$1"', unit);

/** The last lines of the unit's journal and of the server's newest log file. */
export const lastLogLines = ({ unit, logName }: Instance, count = 15): Query<string> =>
  query(
    script('postgres/last-log-lines.sh', unit, `/var/log/postgresql/${logName}`, String(count)),
    (stdout) => stdout.trim(),
  );

/** The system identifier in the data directory's control file; undefined when there is no data, or half of it. */
export const systemIdentifier = ({ binDirectory, dataDirectory }: Instance): Query<string | undefined> =>
  query(
    sh('[ ! -e "$2/global/pg_control" ] || "$1/pg_controldata" -D "$2"', binDirectory, dataDirectory),
    (stdout) => /^Database system identifier:\s*(\d+)$/m.exec(stdout)?.[1],
  );

/** Stops the server and waits: a clean stop sends the last WAL to the repository. One that does not run is left alone. */
export const stopInstance = ({ unit }: Instance): Action =>
  action(['systemctl', 'stop', '--', unit], { timeoutMs: 3_600_000 });

export const isRunning = ({ unit }: Instance): Query<boolean> =>
  query(sh('systemctl is-active -- "$1" || :', unit), (stdout) =>
    ['active', 'activating', 'deactivating', 'reloading'].includes(stdout.trim()),
  );
