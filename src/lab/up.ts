import { mkdirSync } from 'node:fs';
import type { LabEnvironment } from '../config/lab-directory.ts';
import type { Progress } from '../engine/progress.ts';
import { ConfigError } from '../errors.ts';
import { checkEnvFile, ensureKey, hostKey, labKey, removeAccess, writeAccess } from './access.ts';
import { bootHost, type Ground } from './boot.ts';
import { chooseNetwork } from './choose-network.ts';
import { ensureImage } from './image.ts';
import { runJobs } from './jobs.ts';
import { bridgeOf, hostDirectory, hostsOf, type Lab, type LabHost } from './lab.ts';
import { clearLab } from './leftovers.ts';
import { withLock } from './lock.ts';
import { findMirrors } from './mirror.ts';
import { isForwarding, openWayOut } from './nat.ts';
import { ensureBridge, isLinkUp, plugIn, takenNetworks, wayOut } from './network.ts';
import { checkMachine, checkPrograms, checkRoot } from './prerequisites.ts';
import { checkSame, defaultHosts, type UpRequest } from './request.ts';
import { allLabs, readLab, stateLock, writeLab } from './state.ts';
import { isRunning } from './status.ts';
import { waitForSsh } from './wait-for-ssh.ts';

export interface UpResult {
  readonly lab: Lab;
  /** What was done: "pg1 started". Empty when everything was running. */
  readonly changes: readonly string[];
}

/** Brings a lab up, or back to what it was: hosts that run are left alone, hosts that do not are started on their disks. */
export async function labUp(
  request: UpRequest,
  environment: LabEnvironment,
  progress: Progress,
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
  const mirrors = (): ReturnType<typeof findMirrors> => findMirrors(environment.mirror);
  const images =
    before?.images ?? (await ensureImage({ root, release, bare: request.bare ?? false, mirrors }, progress));
  return withLock(stateLock(root), async () => {
    const lab = readLab(root, request.name) ?? (await makeLab(request, environment, images, here));
    checkSame(request, lab);
    const ground = { root, mtu: (await wayOut()).mtu, mirrors: lab.online ? mirrors() : undefined };
    return { lab, changes: await startLab(lab, ground, environment, progress) };
  });
}

async function makeLab(
  request: UpRequest,
  { root }: LabEnvironment,
  images: readonly string[],
  here: string,
): Promise<Lab> {
  const { name } = request;
  await clearLab(root, name);
  const others = allLabs(root);
  const taken = [...(await takenNetworks()), ...others.map((other) => other.network)];
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
    forwardedBefore: others.find((other) => other.online)?.forwardedBefore ?? isForwarding(),
  };
  // Keys and addresses of an earlier lab of this name, thrown away without its files.
  removeAccess(lab);
  writeLab(root, lab);
  return lab;
}

async function startLab(
  lab: Lab,
  ground: Ground,
  environment: LabEnvironment,
  progress: Progress,
): Promise<readonly string[]> {
  const changes: string[] = [];
  if (await ensureBridge(lab, ground.mtu)) {
    changes.push(`${lab.bridge} made`);
    for (const host of lab.hosts) if (isRunning(lab, host)) await plugIn(lab, host);
  }
  if (lab.online) await openWayOut(lab, await deviceOut());
  await ensureKeys(ground.root, lab);
  writeAccess(environment, lab);
  const works = lab.hosts.map((host) => ({
    title: host.name,
    run: async () => {
      const note = await ensureHost(ground, lab, host);
      if (note !== '') changes.push(`${host.name} ${note}`);
      return note;
    },
  }));
  await runJobs(progress, 'Start the hosts', works);
  return changes;
}

async function deviceOut(): Promise<string> {
  const { device } = await wayOut();
  if (device !== undefined) return device;
  throw new ConfigError({
    what: 'this machine has no default route, so a lab cannot be online',
    next: ['leave --online out'],
  });
}

async function ensureKeys(root: string, lab: Lab): Promise<void> {
  await ensureKey(labKey(root, lab.name), `dbctl lab ${lab.name}`);
  await Promise.all(
    lab.hosts.map(async ({ name }) => {
      mkdirSync(hostDirectory(root, lab.name, name), { recursive: true });
      await ensureKey(hostKey(root, lab.name, name), name);
    }),
  );
}

const patienceMs = 5_000;

/** Answers what was done: "" when the host was fine. */
async function ensureHost(ground: Ground, lab: Lab, host: LabHost): Promise<string> {
  if (isRunning(lab, host)) {
    const wasCut = !isLinkUp(host);
    if (wasCut) await plugIn(lab, host);
    if (await waitForSsh(host.address, patienceMs, () => false)) return wasCut ? 'plugged in' : '';
  }
  await bootHost(ground, lab, host);
  return 'started';
}
