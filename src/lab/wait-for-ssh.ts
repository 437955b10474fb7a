import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const everyMs = 25;
const attemptMs = 1_000;

/** Polls until an SSH server says its banner; false when time is up or `giveUp` says so. */
export async function waitForSsh(address: string, withinMs: number, giveUp: () => boolean): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline && !giveUp()) {
    if (await saysBanner(address)) return true;
    await pause(everyMs);
  }
  return false;
}

/** RFC 4253, 4.2: the server begins with "SSH-". */
const saysBanner = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: attemptMs });
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('data', (bytes) => answer(bytes.toString('latin1').startsWith('SSH-')));
    socket.once('timeout', () => answer(false));
    socket.once('close', () => answer(false));
    socket.once('error', () => answer(false));
  });
