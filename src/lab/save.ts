// Saves a lab: its hosts are shut down, what they changed becomes a layer that nobody writes any more, and they start
// again on top of it. Nothing is copied, however much they hold.

import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LabEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import { runTasks } from '../engine/run-tasks.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { RefusedError } from '../model/errors.ts';
import { hostDirectory, rootOf, upperOf, type Lab, type LabHost } from './lab.ts';
import { keepFiles } from './access.ts';
import { withLock, labLock, stateLock, writeLab } from './state.ts';
import { checkLabName } from './request.ts';
import { checkMachine, checkPrograms } from './prerequisites.ts';
import { hostGroup, killGroup, processesOf } from './processes.ts';
import { layersDirectory, readSaved, writeSaved, type SavedLab } from './saved.ts';
import { startLab } from './start-lab.ts';
import { findLab } from './status.ts';
import { unmountUnder } from './mounts.ts';
import { removeNetwork } from './network.ts';

export interface SaveRequest {
  /** The lab. */
  readonly name: string;
  readonly saveAs: string;
}

export async function saveLab(
  { name, saveAs }: SaveRequest,
  environment: LabEnvironment,
  listener: Listener,
): Promise<SavedLab> {
  const { root } = environment;
  checkMachine(`dbctl lab save ${saveAs} --name ${name}`);
  checkLabName(saveAs);
  checkPrograms(findLab(root, name).online);
  checkFree(root, saveAs);
  return withLock(labLock(root, name), async () => {
    const lab = findLab(root, name);
    const running = lab.hosts.filter((host) => processesOf(name, host.name).init !== undefined);
    const stops = lab.hosts.map((host) => ({
      host: host.name,
      work: async () => {
        const isClean = await stopHost(root, lab, host);
        if (!running.includes(host)) return { answer: undefined, status: 'in place', note: '' } as const;
        const note = isClean ? 'shut down' : 'its power was cut';
        return { answer: undefined, status: 'changed', note } as const;
      },
    }));
    await runTasks('Shut the hosts down', stops, listener);
    const saved = await withLock(stateLock(root), async () => {
      checkFree(root, saveAs);
      return keep(root, lab, saveAs);
    });
    await startLab(saved.lab, environment, listener, running);
    return saved;
  });
}

function checkFree(root: string, saveAs: string): void {
  if (readSaved(root, saveAs) === undefined) return;
  throw new RefusedError({
    what: `there is a saved lab "${saveAs}" already`,
    next: [`remove it first: sudo dbctl lab forget ${saveAs}`, 'or save by another name'],
  });
}

/** The lab stands on the new layer before that holds anything: wherever this stops, no disk is lost. */
function keep(root: string, lab: Lab, saveAs: string): SavedLab {
  const layer = join(layersDirectory(root), randomBytes(6).toString('hex'));
  for (const { name } of lab.hosts) mkdirSync(join(layer, name), { recursive: true, mode: 0o755 });
  const next: Lab = { ...lab, layers: [layer, ...lab.layers] };
  writeLab(root, next);
  for (const { name } of lab.hosts) {
    const upper = upperOf(root, lab.name, name);
    mkdirSync(upper, { recursive: true, mode: 0o755 });
    renameSync(upper, join(layer, name));
    // The overlay's own notes about that upper.
    rmSync(join(hostDirectory(root, lab.name, name), 'work'), { recursive: true, force: true });
  }
  keepFiles(root, next, saveAs);
  const saved = { name: saveAs, savedAt: new Date(), lab: next };
  writeSaved(root, saved);
  return saved;
}

/**
 * Shuts a host down as `systemctl poweroff` does, and takes its disk off. One that is broken or does not end in time
 * loses its power. Answers whether it was shut down cleanly.
 */
async function stopHost(root: string, lab: Lab, host: LabHost): Promise<boolean> {
  const { init, nspawn } = processesOf(lab.name, host.name);
  const isWhole = init !== undefined && nspawn !== undefined;
  if (isWhole) process.kill(nspawn, 'SIGTERM');
  const hasEnded = async (): Promise<boolean> => {
    const left = processesOf(lab.name, host.name);
    return left.init === undefined && left.nspawn === undefined;
  };
  const isDown = !isWhole || (await waitUntil(hasEnded, { deadlineMs: 60_000, longestPauseMs: 25 }));
  await killGroup(hostGroup(lab.name, host.name));
  await removeNetwork([host.veth], [host.netns]);
  await unmountUnder(rootOf(root, lab.name, host.name));
  return isWhole && isDown;
}
