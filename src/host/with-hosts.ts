import type { Machine } from '../model/cluster.ts';
import { throwAll, type UnreachableError } from '../model/errors.ts';
import type { Action } from './command.ts';
import type { ConnectOptions } from './connect.ts';
import { openLogins, type Login, type Logins } from './logins.ts';
import type { OperationHooks } from './operation-hooks.ts';
import type { Host, ReadableHost } from './host.ts';
import { isDown } from './no-answer.ts';
import { observeSessions } from './watch-commands.ts';

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

/** How to log in, and the logins that are there already. */
export interface HostOptions extends ConnectOptions {
  /** Used, and left open for whoever comes next; without them, all hosts are hung up on at the end. */
  readonly logins?: Logins | undefined;
}

/**
 * Logs in on all machines at once, does the work, and hangs up whatever happens. Machines with the same address share
 * one connection. One machine that cannot be reached, and may not be down, is thrown as it is, several as AggregateError;
 * the work is not started then. Without hooks, hosts are only looked at.
 */
export async function withHosts<Answer, Hooks extends OperationHooks | undefined = undefined>(
  machines: readonly WantedMachine[],
  options: HostOptions,
  work: (hosts: HostSet<Hooks extends OperationHooks ? Host : ReadableHost>) => Promise<Answer>,
  hooks?: Hooks,
): Promise<Answer> {
  const logins = options.logins ?? openLogins();
  try {
    const hosts = await openAll(machines, (host) => logins.at(host, options), hooks);
    const answer = await work(
      setOf(hooks ? hosts.map((host) => guardedHost(host, hooks.assertAllowed)) : hosts),
    );
    await hooks?.onEnd();
    return answer;
  } catch (error) {
    await hooks?.onEnd(error);
    throw error;
  } finally {
    if (logins !== options.logins) logins.end();
  }
}

/** A login, or what stands for a host that is down. */
type Open = Pick<Login, 'host'> & Partial<Login>;

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
  logInOn: (host: string) => Promise<Login>,
  hooks: OperationHooks | undefined,
): Promise<readonly Host[]> {
  const addresses = [...new Set(machines.map(({ host }) => host))];
  const gated = machines.find(({ name }) => name === hooks?.machine)?.host;
  const results = await Promise.allSettled(
    addresses.map(async (host) => {
      const mayBeDown = machines.every((one) => one.host !== host || one.mayBeDown);
      const opened: Open = await logInOn(host).catch((error: unknown) => {
        if (mayBeDown && isDown(error)) return downHost(error);
        throw error;
      });
      if (host === gated && opened.openSession)
        await hooks?.onControlConnected(observeSessions(host, opened.openSession));
      return opened;
    }),
  );
  // A jump host that fails is the one reason for several.
  const failures = [
    ...new Set(results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))),
  ];
  throwAll(failures, `${failures.length} hosts cannot be reached`);

  const open = new Map<string, Open>();
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') open.set(addresses[index] ?? '', result.value);
  });
  return machines.flatMap(({ name, host }) => open.get(host)?.host(name) ?? []);
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

/** The same host, which is changed only after `assertAllowed` has agreed; it throws when nothing may be changed any more. */
export function guardedHost(host: Host, assertAllowed: () => Promise<void>): Host {
  const guarded =
    <Words extends readonly unknown[], Answer>(work: (...words: Words) => Promise<Answer>) =>
    async (...words: Words): Promise<Answer> => {
      await assertAllowed();
      return work(...words);
    };
  return {
    ...host,
    run: guarded((action: Action) => host.run(action)),
    writeFile: guarded((...file: Parameters<Host['writeFile']>) => host.writeFile(...file)),
    sendFile: guarded((...file: Parameters<Host['sendFile']>) => host.sendFile(...file)),
  };
}
