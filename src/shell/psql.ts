// SQL on a host: psql as the postgres user over the local socket, the text on standard input.

import { action, query, type Action, type Query } from './command.ts';
import { Secret } from '../secret.ts';

export interface Socket {
  readonly port: number;
  readonly database?: string;
}

const asUser = 'postgres';

const psql = ({ port, database = 'postgres' }: Socket): readonly string[] => [
  'psql',
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
): Query<Answer> =>
  query(psql(socket), (stdout) => parse(JSON.parse(stdout)), { asUser, stdin: `${sql};\n` });

/** Runs statements in one transaction; a Secret when the text must not show (it holds verifiers). */
export const execute = (socket: Socket, statements: readonly string[]): Action =>
  action([...psql(socket), '-1'], { asUser, stdin: new Secret(`${statements.join(';\n')};\n`) });

/** Runs one statement that refuses to be in a transaction, such as CREATE DATABASE. */
export const executeAlone = (socket: Socket, statement: string): Action =>
  action(psql(socket), { asUser, stdin: new Secret(`${statement};\n`) });
