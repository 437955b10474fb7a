// One SSH login over a stream that is already there: host key, keys, algorithms.

import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import type { UnreachableError } from '../model/errors.ts';
import type { Credentials } from './credentials.ts';
import type { HostKeyCheck } from './host-key.ts';
import { isLoginRefused, loginError, refused } from './login-error.ts';
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
