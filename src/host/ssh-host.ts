import { quote } from './quote.ts';
import { commandHost } from './command-host.ts';
import type { Connection } from './connection.ts';
import type { Converse } from './conversation.ts';
import { environment, type Execution, type Login, privileged } from './execution.ts';
import type { Host } from './host.ts';

/** A machine behind an open connection. */
export const sshHost = (name: string, connection: Connection, login: Login): Host =>
  commandHost(name, (execution) =>
    connection.exec(loginShellLine(execution, login), execution.stdin, execution.timeoutMs),
  );

/** Starts a command that stays open, as root. */
export const converseOverSsh =
  (connection: Connection, login: Login): Converse =>
  (argv) =>
    connection.converse(loginShellLine({ argv }, login));

/**
 * What the login shell is given. `exec` replaces that shell: no second process, and no alias, function or builtin of
 * it can stand in for the program. Any shell of the Bourne family reads it; check-login.ts refuses the others.
 */
function loginShellLine({ argv, asUser }: Pick<Execution, 'argv' | 'asUser'>, login: Login): string {
  const setting = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return `cd / && ${setting.join(' ')} exec ${quote(privileged(argv, asUser, login))}`;
}
