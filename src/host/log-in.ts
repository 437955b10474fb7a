// One SSH login over a stream that is already there: host key, keys, algorithms.

import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import { UnreachableError } from '../model/errors.ts';
import type { Credentials } from './credentials.ts';
import type { HostKeyCheck } from './host-key.ts';
import { printable } from './printable.ts';
import type { Route } from './ssh-config.ts';

/** From the first byte to the login; a busy sshd may be slow, a hanging one must not hold us. */
const handshakeTimeoutMs = 15_000;

// The cheapest of what is secure comes first; nothing with SHA-1, CBC or a MAC before encryption is offered.
const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies ConnectConfig['algorithms'];

/** Logs in; throws UnreachableError when the host key or the login is refused. */
export async function logIn(
  stream: Duplex,
  route: Route,
  check: HostKeyCheck,
  credentials: Credentials,
): Promise<Client> {
  const client = new ssh2.Client();
  let refusal: UnreachableError | undefined;
  const methods = [...credentials.methods];
  const skipped = [...credentials.skipped];

  async function judgeKey(key: Buffer): Promise<boolean> {
    refusal = await check.refuse(key).catch((error: unknown) => loginError(route, error));
    return refusal === undefined;
  }

  const ready = new Promise<void>((resolve, reject) => {
    client.once('ready', resolve);
    client.on('error', (error) => {
      // A broken agent is not the end: ssh2 goes on with the next key.
      if (error.level === 'agent') skipped.push(`the agent cannot be used: ${error.message}`);
      else reject(error);
    });
    client.once('close', () => reject(new Error('the server closed the connection during the login')));
  });
  client.connect({
    sock: stream,
    username: route.user,
    readyTimeout: handshakeTimeoutMs,
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
    algorithms: { ...algorithms, serverHostKey: check.types as never },
    hostVerifier: (key: Buffer, verify: (isRight: boolean) => void) => {
      void judgeKey(key).then(verify);
    },
    authHandler: (_left, _partial, next) => next((methods.shift() ?? false) as never),
  });

  try {
    await ready;
    return client;
  } catch (error) {
    client.end();
    stream.destroy();
    throw (
      refusal ??
      (isLoginRefused(error) ? refused(route, { ...credentials, skipped }, error) : loginError(route, error))
    );
  }
}

const isLoginRefused = (error: unknown): boolean =>
  error instanceof Error && 'level' in error && error.level === 'client-authentication';

function refused(route: Route, { tried, skipped }: Credentials, cause: unknown): UnreachableError {
  const shown = tried.length === 0 ? 'no key was found' : `keys tried: ${tried.join(', ')}`;
  return new UnreachableError({
    what: `${route.host}:${route.port} refuses the login of ${route.user}`,
    why: [shown, ...skipped].join('\n'),
    next: [
      `try it by hand: ssh -p ${route.port} ${route.user}@${route.host}`,
      'set CLUSTER_SSH_USER and CLUSTER_SSH_KEY in .env.cluster, or load the key: ssh-add',
    ],
    cause,
  });
}

/** Any other reason why there is no login: no answer, no common algorithm, not an SSH server. */
export const loginError = (route: Route, cause: unknown): UnreachableError =>
  new UnreachableError({
    what: `${route.host} cannot be reached over SSH on port ${route.port} as ${route.user}`,
    why: printable(cause instanceof Error ? cause.message : String(cause)),
    next: [
      `try it by hand: ssh -p ${route.port} ${route.user}@${route.host}`,
      'check CLUSTER_SSH_USER, CLUSTER_SSH_PORT and the address in .env.cluster',
    ],
    cause,
  });
