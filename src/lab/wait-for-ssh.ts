import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { machineNetnsOf, type Lab, type LabHost } from './lab.ts';
import { exitCodeOf } from './run.ts';

const everyMs = 25;
const attemptMs = 1_000;

/** Polls until an SSH server says its banner; false when time is up or `giveUp` says so. */
export async function waitForSsh(
  lab: Pick<Lab, 'name' | 'isolated'>,
  { address }: Pick<LabHost, 'address'>,
  withinMs: number,
  giveUp: () => boolean,
): Promise<boolean> {
  const netns = machineNetnsOf(lab);
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline && !giveUp()) {
    if (await (netns === undefined ? saysBanner(address) : saysBannerIn(netns, address))) return true;
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

/** The same from within a network namespace, where only a process of its own can go. */
const saysBannerIn = async (netns: string, address: string): Promise<boolean> => {
  const asks = 'read -rn4 -t1 word < "/dev/tcp/$1/22" && [ "$word" = SSH- ]';
  const argv = ['timeout', String(attemptMs / 1000), 'bash', '-c', asks, 'bash', address];
  return (await exitCodeOf(['nsenter', `--net=/run/netns/${netns}`, ...argv])) === 0;
};
