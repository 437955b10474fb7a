import type { LabEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import { checkEnvFile, removeAccess } from './access.ts';
import { type Mirrors, findMirrors } from './apt-sources.ts';
import { startLab } from './start-lab.ts';
import { ensureImage } from './image.ts';
import { type Lab, bridgeOf, hostsOf } from './lab.ts';
import { withLock, labLock, readLab, stateLock, allLabs, writeLab } from './state.ts';
import { checkMachine, checkPrograms, checkRoot } from './prerequisites.ts';
import { makeLabGroup } from './processes.ts';
import { checkSame, type UpRequest, defaultHosts, chooseNetwork } from './request.ts';
import { clearLab } from './down.ts';
import { isForwarding, takenNetworks } from './network.ts';

export type UpResult = Awaited<ReturnType<typeof labUp>>;

/** Brings a lab up, or back to what it was: hosts that run are left alone, hosts that do not are started on their disks. */
export async function labUp(
  request: UpRequest,
  environment: LabEnvironment,
  listener: Listener,
  here: string,
) {
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
    // The changes are what was done: "pg1 started"; none when everything was running.
    return { lab, changes: await startLab(lab, environment, listener) };
  });
}

/** What labs take of this machine's addresses. */
export const networksOf = (labs: readonly Lab[]): readonly string[] =>
  labs.filter(({ isolated }) => !isolated).map(({ network }) => network);

/** Clears what an earlier lab of the name left, chooses a network, and writes down what the lab is to be. */
async function makeLab(
  request: UpRequest,
  { root }: LabEnvironment,
  images: readonly string[],
  here: string,
): Promise<Lab> {
  const { name } = request;
  await clearLab(root, name);
  const others = allLabs(root);
  const taken = [...(await takenNetworks()), ...networksOf(others)];
  const network = chooseNetwork(request.network, taken);
  const lab: Lab = {
    name,
    release: request.release ?? 'trixie',
    bare: request.bare ?? false,
    online: request.online ?? false,
    network,
    bridge: bridgeOf(name),
    hosts: hostsOf(name, network, request.hosts ?? defaultHosts),
    directory: request.directory ?? here,
    images,
    layers: [],
    isolated: false,
    cluster: name,
    forwardedBefore: others.find((other) => other.online)?.forwardedBefore ?? isForwarding(),
  };
  // Keys and addresses of an earlier lab of this name, thrown away without its files.
  removeAccess(lab);
  writeLab(root, lab);
  return lab;
}
