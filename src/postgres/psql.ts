// SQL on a host: psql as the postgres user over the local socket, the text on standard input.

import { become } from '../host/execution.ts';
import { CommandError } from '../model/errors.ts';
import { action, loneQuery, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import { conninfo } from './libpq.ts';
import { Secret } from '../model/secret.ts';

export interface Socket {
  /** Debian's own `psql` is a Perl program in front of the real one, three times as slow to start. */
  readonly binDirectory: string;
  readonly port: number;
  readonly database?: string;
}

const asUser = 'postgres';

/**
 * What the files give to clients must not hold up or break dbctl's own sessions: a commit that waits for a replica which
 * is not there, a time limit, read-only transactions. A lock that somebody keeps is an error after a minute.
 */
const sessionOptions = [
  'synchronous_commit=local',
  'default_transaction_read_only=off',
  'statement_timeout=0',
  'lock_timeout=60s',
]
  .map((one) => `-c ${one}`)
  .join(' ');

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
  conninfo({ dbname: database, options: sessionOptions }),
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

/**
 * Shell: whether the server of the programs "$1" and the port "$2" accepts connections. Asked as a role that exists: as
 * anybody else, each question would leave a FATAL message in the log. Fails where there is no PostgreSQL.
 */
export const isReady = `${become(asUser, []).join(' ')} "$1/pg_isready" -qh /var/run/postgresql -p "$2" -U ${asUser} -d postgres 2>/dev/null`;

const notRunning = 'not running\n';
// Becomes the asked account only then: a host without PostgreSQL has no postgres.
const ifRunningScript = `${isReady} || { echo not running; exit 0; }; shift 2; exec "$@"`;

/** The same question in the same round trip, answered with undefined when no server accepts connections there. */
export const ifRunning = <Answer>(
  { binDirectory, port }: Socket,
  { asUser: account, argv, parse, ...asked }: Query<Answer>,
): Query<Answer | undefined> => ({
  ...asked,
  argv: [...sh(ifRunningScript, binDirectory, String(port)), ...become(account, argv)],
  parse: (stdout) => (stdout === notRunning ? undefined : parse(stdout)),
});

const stopped = 'stopped\n';
const onceRunningScript = `${isReady} || { if [ -e "$3/PG_VERSION" ]; then echo stopped; else echo not running; fi; exit 0; }
shift 3; exec "$@"`;

/**
 * The same, where the answer shall be known: undefined only when there is no data either. A server that is stopped has
 * what was asked for, and nobody can say so before it runs: a CommandError.
 */
export const onceRunning = <Answer>(
  { binDirectory, port, dataDirectory }: Socket & { readonly dataDirectory: string },
  { asUser: account, argv, parse, ...asked }: Query<Answer>,
  node: string,
): Query<Answer | undefined> => ({
  ...asked,
  argv: [...sh(onceRunningScript, binDirectory, String(port), dataDirectory), ...become(account, argv)],
  parse(stdout) {
    if (stdout === notRunning) return undefined;
    if (stdout !== stopped) return parse(stdout);
    throw new CommandError({
      what: `PostgreSQL of ${node} is stopped: what its databases hold is known once it runs`,
      next: ['start it: dbctl up'],
    });
  },
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
  action([...psql(socket), ...quiet], {
    asUser,
    stdin: new Secret(`${statement};\n`),
  });
