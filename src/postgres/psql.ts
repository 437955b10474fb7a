// SQL on a host: psql as the postgres user over the local socket, the text on standard input.

import { become } from '../host/become.ts';
import { action, loneQuery, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import { Secret } from '../model/secret.ts';

export interface Socket {
  /** Debian's own `psql` is a Perl program in front of the real one, three times as slow to start. */
  readonly binDirectory: string;
  readonly port: number;
  readonly database?: string;
}

const asUser = 'postgres';

const psql = ({ binDirectory, port, database = 'postgres' }: Socket): readonly string[] => [
  `${binDirectory}/psql`,
  '-XAtqw',
  '-v',
  'ON_ERROR_STOP=1',
  '-h',
  '/var/run/postgresql',
  '-p',
  String(port),
  '-d',
  database,
  '-f',
  '-',
];

/** Asks for one JSON value and parses it. */
export const askJson = <Answer>(
  socket: Socket,
  sql: string,
  parse: (value: unknown) => Answer,
): Query<Answer> => ({
  ...loneQuery(psql(socket), (stdout) => parse(JSON.parse(stdout)), { asUser, stdin: `${sql};\n` }),
  batch: 'sql',
});

const notRunning = 'not running\n';
// Becomes the asked account only then: a host without PostgreSQL has no postgres.
const ifRunningScript =
  '"$1/pg_isready" -qh /var/run/postgresql -p "$2" || { echo not running; exit 0; }; shift 2; exec "$@"';

/** The same question in the same round trip, answered with undefined when no server accepts connections there. */
export const ifRunning = <Answer>(
  { binDirectory, port }: Socket,
  { asUser: account, argv, parse, ...asked }: Query<Answer>,
): Query<Answer | undefined> => ({
  ...asked,
  argv: [
    ...sh(ifRunningScript, binDirectory, String(port)),
    ...(account === undefined ? argv : become(account, argv)),
  ],
  parse: (stdout) => (stdout === notRunning ? undefined : parse(stdout)),
});

/** An error names the problem, and does not quote the statement, which may hold a verifier. */
const quiet = ['-v', 'VERBOSITY=terse'];

/**
 * Runs statements in one transaction. Its end is part of the text (psql's -1 would add it): a text that was cut off by a
 * lost connection is rolled back. A Secret, because statements may hold verifiers.
 */
export const execute = (socket: Socket, statements: readonly string[]): Action =>
  action([...psql(socket), ...quiet], {
    asUser,
    stdin: new Secret(`${['begin', ...statements, 'commit'].join(';\n')};\n`),
  });

/** Runs one statement that refuses to be in a transaction, such as CREATE DATABASE or ALTER SYSTEM. */
export const executeAlone = (socket: Socket, statement: string): Action =>
  action([...psql(socket), ...quiet], { asUser, stdin: new Secret(`${statement};\n`) });
