// The byte stream below SSH: a TCP socket that we make ourselves, or a channel through a host on the way.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';

/** A host that does not answer within this time counts as dead. */
const connectTimeoutMs = 5_000;

/**
 * Small packets leave at once (TCP_NODELAY): with Nagle's algorithm every command waits twice for a delayed
 * acknowledgement, 88 ms instead of 2.
 */
export async function dial(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
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
export const dialThrough = (jump: Client, host: string, port: number): Promise<Duplex> =>
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
