import type { Machine } from '../model/cluster.ts';
import { RefusedError, type UnreachableError } from '../model/errors.ts';
import { checkLogin, openSessionOverSsh, sshHost } from './ssh-host.ts';
import { openDialer, type ConnectOptions, type Dialer } from './connect.ts';
import { connectionOver } from './connection.ts';
import type { OpenSession } from './line-session.ts';
import type { OperationHooks } from './operation-hooks.ts';
import { guardedHost } from './guarded-host.ts';
import type { Host, ReadableHost } from './host.ts';
import { isDown } from './no-answer.ts';
import { observeSessions, publishLogin } from './watch-commands.ts';

/** The hosts that were connected to. */
export interface HostSet<Connected extends ReadableHost = Host> {
  /** The host of that name; asking for one that was not connected to is a bug. */
  get(name: string): Connected;
}

/** A machine to log in on. */
export interface WantedMachine extends Machine {
  /** The work begins also when it takes no connections. Its host says so then: `unreachable`. */
  readonly mayBeDown?: boolean;
}

const isLocal = (host: string): boolean => host === 'local' || host === 'localhost';

/**
 * Logs in on all machines at once, does the work, and hangs up whatever happens. Machines with the same address share
 * one connection. One machine that cannot be reached, and may not be down, is thrown as it is, several as AggregateError;
 * the work is not started then. Without hooks, hosts are only looked at.
 */
export async function withHosts<Answer>(
  machines: readonly WantedMachine[],
  options: ConnectOptions,
  work: (hosts: HostSet<ReadableHost>) => Promise<Answer>,
): Promise<Answer>;
export async function withHosts<Answer>(
  machines: readonly WantedMachine[],
  options: ConnectOptions,
  work: (hosts: HostSet) => Promise<Answer>,
  hooks: OperationHooks,
): Promise<Answer>;
export async function withHosts<Answer>(
  machines: readonly WantedMachine[],
  options: ConnectOptions,
  work: (hosts: HostSet) => Promise<Answer>,
  hooks?: OperationHooks,
): Promise<Answer> {
  const dialer = openDialer(options);
  try {
    const hosts = await openAll(machines, dialer, hooks);
    const answer = await work(
      setOf(hooks ? hosts.map((host) => guardedHost(host, hooks.assertAllowed)) : hosts),
    );
    await hooks?.onEnd();
    return answer;
  } catch (error) {
    await hooks?.onEnd(error);
    throw error;
  } finally {
    dialer.end();
  }
}

interface Open {
  host(name: string): Host;
  /** undefined for a host that is down. */
  readonly openSession?: OpenSession;
}

/** Nothing is asked of it, and nothing done. */
function downHost(unreachable: UnreachableError): Open {
  const fail = () => Promise.reject(unreachable);
  return {
    host: (name) => ({
      name,
      unreachable,
      ask: fail,
      readFile: fail,
      run: fail,
      writeFile: fail,
      sendFile: fail,
    }),
  };
}

async function openAll(
  machines: readonly WantedMachine[],
  dialer: Dialer,
  hooks: OperationHooks | undefined,
): Promise<readonly Host[]> {
  const addresses = [...new Set(machines.map(({ host }) => host))];
  const gated = machines.find(({ name }) => name === hooks?.machine)?.host;
  const results = await Promise.allSettled(
    addresses.map(async (host) => {
      const mayBeDown = machines.every((one) => one.host !== host || one.mayBeDown);
      const opened = await (isLocal(host) ? openLocal() : openOverSsh(host, dialer)).catch(
        (error: unknown) => {
          if (mayBeDown && isDown(error)) return downHost(error);
          throw error;
        },
      );
      if (host === gated && opened.openSession)
        await hooks?.onControlConnected(observeSessions(host, opened.openSession));
      return opened;
    }),
  );
  // A jump host that fails is the one reason for several.
  const failures = [
    ...new Set(results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))),
  ];
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} hosts cannot be reached`);

  const open = new Map<string, Open>();
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') open.set(addresses[index] ?? '', result.value);
  });
  return machines.flatMap(({ name, host }) => open.get(host)?.host(name) ?? []);
}

async function openOverSsh(host: string, dialer: Dialer): Promise<Open> {
  const startedAt = performance.now();
  const { client, route } = await dialer.connect(host);
  const connection = connectionOver(client, host);
  const login = await checkLogin(connection, host, route.user);
  publishLogin(host, route.user, startedAt);
  return {
    host: (name) => sshHost(name, connection, login),
    openSession: openSessionOverSsh(connection, login),
  };
}

async function openLocal(): Promise<Open> {
  const { openSessionHere, localHost, localLogin } = await import('./local-host.ts');
  const login = localLogin();
  if (login === 'sudoer') await checkSudo(localHost('this machine', login));
  return { host: (name) => localHost(name, login), openSession: openSessionHere(login) };
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

/** The same hosts, each as something that looks through it. */
export function mapHosts<Connected extends ReadableHost, Mapped extends ReadableHost>(
  hosts: HostSet<Connected>,
  map: (host: Connected) => Mapped,
): HostSet<Mapped> {
  const mapped = new Map<string, Mapped>();
  return {
    get(name) {
      const host = mapped.get(name) ?? map(hosts.get(name));
      mapped.set(name, host);
      return host;
    },
  };
}

function setOf(hosts: readonly Host[]): HostSet {
  const byName = new Map(hosts.map((host) => [host.name, host]));
  return {
    get(name) {
      const host = byName.get(name);
      if (host === undefined) throw new Error(`no host named ${name} was connected to`);
      return host;
    },
  };
}
