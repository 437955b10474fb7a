import { setTimeout as pause } from 'node:timers/promises';
import { rootOf, type Lab, type LabHost } from './lab.ts';
import { unmountUnder } from './mounts.ts';
import { removeNetwork } from './network.ts';
import { hostGroup, killGroup, processesOf } from './processes.ts';

const everyMs = 25;
const patienceMs = 60_000;

/**
 * Shuts a host down as `systemctl poweroff` does, and takes its disk off. One that is broken or does not end in time
 * loses its power. Answers whether it was shut down cleanly.
 */
export async function stopHost(root: string, lab: Lab, host: LabHost): Promise<boolean> {
  const { init, nspawn } = processesOf(lab.name, host.name);
  const isWhole = init !== undefined && nspawn !== undefined;
  if (isWhole) process.kill(nspawn, 'SIGTERM');
  const isDown = !isWhole || (await hasEnded(lab, host));
  await killGroup(hostGroup(lab.name, host.name));
  await removeNetwork([host.veth], [host.netns]);
  await unmountUnder(rootOf(root, lab.name, host.name));
  return isWhole && isDown;
}

async function hasEnded(lab: Lab, host: LabHost): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const { init, nspawn } = processesOf(lab.name, host.name);
    if (init === undefined && nspawn === undefined) return true;
    await pause(everyMs);
  }
  return false;
}
