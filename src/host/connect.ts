// From a host's name to a login on it, through other hosts where ~/.ssh/config says so.

import type { Client } from 'ssh2';
import type { SshSettings } from '../model/cluster.ts';
import { ConfigError, DbctlError } from '../model/errors.ts';
import { findCredentials } from './credentials.ts';
import { logIn } from './log-in.ts';
import { loginError } from './login-error.ts';
import { hostKeyCheck } from './host-key.ts';
import { resolveRoute, type Route } from './ssh-config.ts';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ConnectOptions {
  readonly ssh: SshSettings;
  /** The agent of the session: $SSH_AUTH_SOCK. */
  readonly agentSocket: string | undefined;
  /** The user's home directory. */
  readonly home: string;
  /** Fingerprints ("SHA256:…") of host keys that the user has compared; they are added to known_hosts. */
  readonly acceptHostKeys?: readonly string[] | undefined;
  /** Used instead of ~/.ssh/config and /etc/ssh/ssh_config. */
  readonly sshConfigFile?: string | undefined;
}

interface Login {
  readonly client: Client;
  readonly route: Route;
}

/** Logs in where it is asked to; a host on the way to several others is logged in on once. */
export interface Dialer {
  connect(host: string): Promise<Login>;
  /** Hangs up everywhere. */
  end(): void;
}

export function openDialer(options: ConnectOptions): Dialer {
  const clients = new Set<Client>();
  let hasEnded = false;
  const jumpLogins = new Map<string, Promise<Login>>();

  /** `waitingFor` are the ways that wait for this login: one that waits for itself is a loop. */
  async function connect(
    host: string,
    ssh: SshSettings,
    waitingFor: readonly string[],
    jumps?: readonly string[],
  ): Promise<Login> {
    const route = await resolveRoute(host, ssh, { configFile: options.sshConfigFile, home: options.home });
    const [check, credentials] = await Promise.all([
      hostKeyCheck(route, options.acceptHostKeys ?? []),
      findCredentials(route, ssh, options.agentSocket),
    ]);
    const stream = await open(route, jumps ?? route.jumps, waitingFor);
    const client = await logIn(stream, route, check, credentials);
    clients.add(client);
    // Nobody waits for a login that ends after the others were hung up on, and it would keep dbctl from ending.
    if (hasEnded) client.end();
    return { client, route };
  }

  async function open(route: Route, jumps: readonly string[], waitingFor: readonly string[]) {
    const last = jumps.at(-1);
    try {
      if (last === undefined) return await dial(route.host, route.port);
      return await dialThrough(
        await connectJump(last, jumps.slice(0, -1), waitingFor),
        route.host,
        route.port,
      );
    } catch (error) {
      throw error instanceof DbctlError ? error : loginError(route, error);
    }
  }

  async function connectJump(
    jump: string,
    before: readonly string[],
    waitingFor: readonly string[],
  ): Promise<Client> {
    const key = [...before, jump].join(',');
    if (waitingFor.includes(key)) throw loopError(jump);
    const { host, ssh } = parseJump(jump, options.ssh);
    // A host's own ProxyJump counts only for the first one on the way, as with ssh -J.
    const login =
      jumpLogins.get(key) ?? connect(host, ssh, [...waitingFor, key], before.length > 0 ? before : undefined);
    jumpLogins.set(key, login);
    return (await login).client;
  }

  return {
    connect: (host) => connect(host, options.ssh, []),
    end() {
      hasEnded = true;
      for (const client of clients) client.end();
    },
  };
}

/** "user@host:port" or "ssh://user@host:port". User and key of .env.cluster are for the cluster's hosts only. */
function parseJump(jump: string, { knownHostsFile }: SshSettings) {
  const bare = jump.replace(/^ssh:\/\//, '').replace(/\/$/, '');
  const [, user, host = bare, port] = /^(?:(.*)@)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bare) ?? [];
  const ssh = {
    user,
    port: port === undefined ? undefined : Number(port),
    keyFile: undefined,
    knownHostsFile,
  };
  return { host: host.replace(/^\[(.*)\]$/, '$1'), ssh };
}

const loopError = (jump: string): ConfigError =>
  new ConfigError({
    what: `the jump host ${jump} leads back to itself`,
    next: [`check its ProxyJump in ~/.ssh/config: ssh -G ${jump} | grep proxyjump`],
  });

/** A host that does not answer within this time counts as dead. */
const connectTimeoutMs = 5_000;

/**
 * Small packets leave at once (TCP_NODELAY): with Nagle's algorithm every command waits twice for a delayed
 * acknowledgement, 88 ms instead of 2.
 */
export async function dial(host: string, port: number): Promise<Socket> {
  const socket = createConnection({ host, port, noDelay: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectTimeoutMs) });
    return socket;
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    const isTimeout = error instanceof Error && error.name === 'AbortError';
    throw isTimeout ? new Error(`no answer within ${connectTimeoutMs / 1000} s`, { cause: error }) : error;
  }
}

/** The same through a host that we are logged in on. */
const dialThrough = (jump: Client, host: string, port: number): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer through the jump host within ${connectTimeoutMs / 1000} s`)),
      connectTimeoutMs,
    );
    jump.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(channel);
    });
  });
