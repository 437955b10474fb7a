// The life of one instance: its data directory, and its registration with postgresql-common.

import type { Instance } from '../model/instance.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script, sh } from '../host/script.ts';
import { isReady } from './psql.ts';

const succeeds = (condition: string, ...parameters: readonly string[]): Query<boolean> =>
  query(sh(`if ${condition}; then echo yes; else echo no; fi`, ...parameters), (stdout) =>
    stdout.startsWith('yes'),
  );

export const hasDataDirectory = ({ dataDirectory }: Instance): Query<boolean> =>
  succeeds('[ -e "$1/PG_VERSION" ] || [ -e "$1/global/pg_control" ]', dataDirectory);

/** The account that data belongs to; '' where there is none. */
export const accountOfData = ({ dataDirectory }: Instance): Query<string> =>
  query(
    sh('[ ! -e "$1/PG_VERSION" ] && [ ! -e "$1/global/pg_control" ] || stat -Lc %U -- "$1"', dataDirectory),
    (stdout) => stdout.trim(),
  );

/**
 * Makes the directory that the data directory will be in, in its real place; the file system that is mounted there may still be root's.
 */
export const makeParent = ({ dataDirectory }: Instance): Action =>
  action(
    sh('install -d -o postgres -g postgres -m 755 -- "$(dirname "$(readlink -m -- "$1")")"', dataDirectory),
  );

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
  succeeds(isReady, binDirectory, String(port));

/** Whether there is data that no server answers for. */
export const isStopped = ({ binDirectory, port, dataDirectory }: Instance): Query<boolean> =>
  succeeds(`[ -e "$3/global/pg_control" ] && ! { ${isReady}; }`, binDirectory, String(port), dataDirectory);

/** The system identifier in the data directory's control file; undefined when there is no data, or half of it. */
export const systemIdentifier = ({ binDirectory, dataDirectory }: Instance): Query<string | undefined> =>
  query(
    sh('[ ! -e "$2/global/pg_control" ] || "$1/pg_controldata" -D "$2"', binDirectory, dataDirectory),
    (stdout) => /^Database system identifier:\s*(\d+)$/m.exec(stdout)?.[1],
  );
