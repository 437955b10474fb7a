// Logins on hosts, one for each address. The parts of a run may share them: a host is logged in on once then, and one
// that refused or did not answer is not asked a second time.

import type { SshSettings } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { openDialer, type ConnectOptions, type Dialer } from './connect.ts';
import { connectionOver } from './connection.ts';
import type { Host } from './host.ts';
import type { OpenSession } from './line-session.ts';
import { checkLogin, openSessionOverSsh, sshHost } from './ssh-host.ts';
import { publishLogin } from './watch-commands.ts';

/** A login on one machine. */
export interface Login {
  host(name: string): Host;
  readonly openSession: OpenSession;
  /** Whether the connection is gone. */
  isLost(): boolean;
}

export interface Logins {
  /** Rejects with the same error each time for a host that cannot be logged in on. */
  at(host: string, options: ConnectOptions): Promise<Login>;
  /** Whoever refused or did not answer is asked again from now on; who has not answered yet is waited for. */
  forgetFailures(): void;
  /** Hangs up everywhere. */
  end(): void;
}

export function openLogins(): Logins {
  const dialers = new Map<string, Dialer>();
  const logins = new Map<string, Promise<Login>>();
  const failed = new Set<string>();
  const dialerFor = (options: ConnectOptions): Dialer => {
    const key = keyOf(options.ssh);
    const dialer = dialers.get(key) ?? openDialer(options);
    dialers.set(key, dialer);
    return dialer;
  };
  return {
    async at(host, options) {
      const key = `${host} ${keyOf(options.ssh)}`;
      const known = logins.get(key);
      if (known && !(await known).isLost()) return known;
      const login = isLocal(host) ? openLocal() : openOverSsh(host, dialerFor(options));
      logins.set(key, login);
      login.catch(() => failed.add(key));
      return login;
    },
    forgetFailures() {
      for (const key of failed) logins.delete(key);
      failed.clear();
    },
    end() {
      for (const dialer of dialers.values()) dialer.end();
    },
  };
}

const keyOf = (ssh: SshSettings): string => JSON.stringify(ssh);

const isLocal = (host: string): boolean => host === 'local' || host === 'localhost';

async function openOverSsh(host: string, dialer: Dialer): Promise<Login> {
  const startedAt = performance.now();
  const { client, route } = await dialer.connect(host);
  const connection = connectionOver(client, host, async () => (await dialer.connect(host)).client);
  const login = await checkLogin(connection, host, route.user);
  publishLogin(host, route.user, startedAt);
  return {
    host: (name) => sshHost(name, connection, login),
    openSession: openSessionOverSsh(connection, login),
    isLost: () => connection.isLost(),
  };
}

async function openLocal(): Promise<Login> {
  const { openSessionHere, localHost, localLogin } = await import('./local-host.ts');
  const login = localLogin();
  if (login === 'sudoer') await checkSudo(localHost('this machine', login));
  return {
    host: (name) => localHost(name, login),
    openSession: openSessionHere(login),
    isLost: () => false,
  };
}

async function checkSudo(host: Host): Promise<void> {
  try {
    await host.run({ kind: 'action', argv: ['true'] });
  } catch (cause) {
    throw new RefusedError({
      what: 'dbctl needs root on this machine, and sudo asks for a password',
      why: 'This machine is one of the hosts: without CLUSTER_CONTROL_HOST it is the control host and keeps the key of the CA.',
      next: [
        'run the same command as root: sudo dbctl …',
        'or name another control host in .env.cluster: CLUSTER_CONTROL_HOST=control=10.0.0.10',
      ],
      cause,
    });
  }
}
