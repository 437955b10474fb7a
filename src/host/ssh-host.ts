import { quote } from './quote.ts';
import { commandHost } from './command-host.ts';
import type { Connection } from './connection.ts';
import type { OpenSession } from './line-session.ts';
import { type Execution, type Login, privileged } from './execution.ts';
import type { Host } from './host.ts';
import { UnreachableError } from '../model/errors.ts';
import { lastLines } from './printable.ts';
import { script } from './script.ts';

/** A machine behind an open connection. */
export const sshHost = (name: string, connection: Connection, login: Login): Host =>
  commandHost(name, (execution) =>
    connection.exec(loginShellLine(execution, login), execution.stdin, execution.timeoutMs),
  );

/** Starts a command that stays open, as root. */
export const openSessionOverSsh =
  (connection: Connection, login: Login): OpenSession =>
  (argv) =>
    connection.openSession(loginShellLine({ argv }, login));

/**
 * What the login shell is given. `exec` replaces that shell: no second process, and no alias, function or builtin of
 * it can stand in for the program. Any shell of the Bourne family reads it; checkLogin refuses the others.
 */
const loginShellLine = ({ argv, asUser }: Pick<Execution, 'argv' | 'asUser'>, login: Login): string =>
  `cd / && exec ${quote(privileged(argv, asUser, login))}`;

const awkward = String.raw`a'b "c" \\ \n $HOME $(id) !! *` + '\n\tend';

/** Answers how commands become root on this connection. Throws UnreachableError when they cannot. */
export async function checkLogin(connection: Connection, where: string, user: string): Promise<Login> {
  const asRoot = privileged(['id', '-u'], 'root', 'sudoer');
  const line = `exec ${quote(script('host/check-login.sh', awkward, ...asRoot))}`;
  const { stdout, stderr } = await connection.exec(line, '', 15_000);
  if (stdout === `${awkward}|root\n`) return 'root';
  if (stdout === `${awkward}|sudoer\n`) return 'sudoer';
  if (stdout === `${awkward}|neither\n`) throw noSudo(where, user, stderr);
  throw new UnreachableError({
    what: `the login shell of ${user} on ${where} changes the commands that it is given`,
    why: `it is not Bourne-compatible, or its startup files print something or exit\n${lastLines(stdout + stderr, 5)}`,
    next: [
      `give the account a plain shell: sudo chsh -s /bin/sh ${user}`,
      'or make its startup files print nothing when a command is run',
    ],
  });
}

const noSudo = (where: string, user: string, stderr: string): UnreachableError =>
  new UnreachableError({
    what: `${user} cannot become root on ${where} with sudo: it asks for a password or a terminal, or does not allow every command`,
    why: lastLines(stderr, 5),
    next: [
      `on the host, as root: printf '%s\\n' 'Defaults:${user} !requiretty' '${user} ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/zz-dbctl`,
      'or log in as root: CLUSTER_SSH_USER=root',
    ],
  });
