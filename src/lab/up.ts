import type { LabEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import { checkEnvFile } from './access.ts';
import type { Mirrors } from './apt-sources.ts';
import { groundFor } from './ground.ts';
import { ensureImage } from './image.ts';
import type { Lab } from './lab.ts';
import { withLock } from './lock.ts';
import { makeLab } from './make-lab.ts';
import { findMirrors } from './mirror.ts';
import { checkMachine, checkPrograms, checkRoot } from './prerequisites.ts';
import { makeLabGroup } from './processes.ts';
import { checkSame, type UpRequest } from './request.ts';
import { startLab } from './start-lab.ts';
import { labLock, readLab, stateLock } from './state.ts';

export interface UpResult {
  readonly lab: Lab;
  /** What was done: "pg1 started". Empty when everything was running. */
  readonly changes: readonly string[];
}

/** Brings a lab up, or back to what it was: hosts that run are left alone, hosts that do not are started on their disks. */
export async function labUp(
  request: UpRequest,
  environment: LabEnvironment,
  listener: Listener,
  here: string,
): Promise<UpResult> {
  const { root } = environment;
  checkMachine('dbctl lab up');
  checkRoot(root);
  const before = readLab(root, request.name);
  if (before) checkSame(request, before);
  checkPrograms(before?.online ?? request.online ?? false);
  checkEnvFile(before?.directory ?? request.directory ?? here, request.name);

  const release = request.release ?? 'trixie';
  const mirrors = (): Mirrors => findMirrors(environment.mirror);
  const images =
    before?.images ?? (await ensureImage({ root, release, bare: request.bare ?? false, mirrors }, listener));
  return withLock(labLock(root, request.name), async () => {
    const lab = await withLock(stateLock(root), async () => {
      const known = readLab(root, request.name) ?? (await makeLab(request, environment, images, here));
      makeLabGroup(known.name);
      return known;
    });
    checkSame(request, lab);
    return { lab, changes: await startLab(lab, await groundFor(lab, environment), environment, listener) };
  });
}
