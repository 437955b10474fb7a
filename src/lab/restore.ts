// Brings a saved lab back, as the lab it was or as another one beside it: its hosts get empty disks on top of the saved ones.

import { chownSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LabEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import { ConfigError } from '../model/errors.ts';
import { checkEnvFile, removeAccess, giveFiles, giveKeys } from './access.ts';
import { overlap, checkLabName } from './request.ts';
import { startLab } from './start-lab.ts';
import { bridgeOf, hostsOf, type Lab } from './lab.ts';
import { clearLab } from './down.ts';
import { withLock, allLabs, labLock, readLab, stateLock, writeLab } from './state.ts';
import { networksOf } from './up.ts';
import { isForwarding, takenNetworks } from './network.ts';
import { checkMachine, checkPrograms } from './prerequisites.ts';
import { makeLabGroup } from './processes.ts';
import { dropUnusedLayers, findSaved, type SavedLab } from './saved.ts';

export interface RestoreFlags {
  readonly name: string | undefined;
  readonly dir: string | undefined;
  readonly isolated: boolean;
}

/** Answers the lab, which runs. A lab of its name is thrown away first. */
export async function restoreLab(
  savedName: string,
  flags: RestoreFlags,
  environment: LabEnvironment,
  listener: Listener,
  here: string,
): Promise<Lab> {
  const { root } = environment;
  checkMachine(`dbctl lab restore ${savedName}`);
  const { lab: wanted } = findSaved(root, savedName);
  const name = checkLabName(flags.name ?? wanted.name);
  const { isolated } = flags;
  if (isolated && wanted.online) throw needsTheMachine(savedName);
  checkPrograms(wanted.online);
  const directory = resolve(flags.dir ?? readLab(root, name)?.directory ?? here);
  checkEnvFile(directory, name);

  return withLock(labLock(root, name), async () => {
    const { lab, written } = await withLock(stateLock(root), async () => {
      const saved = findSaved(root, savedName);
      await clearLab(root, name);
      if (!isolated) await checkNetwork(root, saved);
      const made = makeFrom(root, saved, { name, directory, isolated });
      dropUnusedLayers(root);
      return made;
    });
    const { owner } = environment;
    if (owner) for (const path of written) chownSync(path, owner.uid, owner.gid);
    await startLab(lab, environment, listener);
    return lab;
  });
}

function makeFrom(
  root: string,
  saved: SavedLab,
  is: Pick<Lab, 'name' | 'directory' | 'isolated'>,
): { readonly lab: Lab; readonly written: readonly string[] } {
  const hostNames = saved.lab.hosts.map((host) => host.name);
  const lab: Lab = {
    ...saved.lab,
    ...is,
    bridge: bridgeOf(is.name),
    hosts: hostsOf(is.name, saved.lab.network, hostNames),
    forwardedBefore: allLabs(root).find(({ online }) => online)?.forwardedBefore ?? isForwarding(),
  };
  removeAccess(lab);
  giveKeys(root, saved, lab);
  writeLab(root, lab);
  makeLabGroup(lab.name);
  return { lab, written: giveFiles(root, saved, lab) };
}

/** Its hosts know each other by the addresses they had, so another network is no way out. */
async function checkNetwork(root: string, { name, lab: { network, online } }: SavedLab): Promise<void> {
  const taken = [...(await takenNetworks()), ...networksOf(allLabs(root))];
  const clash = taken.find((other) => overlap(network, other));
  if (clash === undefined) return;
  throw new ConfigError({
    what: `the network ${network} of the saved lab "${name}" is in use on this machine`,
    why: `it overlaps ${clash}`,
    next: [
      'remove the lab that uses it: sudo dbctl lab down --name <lab>',
      ...(online ? [] : [`or keep both apart: sudo dbctl lab restore ${name} --isolated --name <lab>`]),
    ],
  });
}

const needsTheMachine = (saved: string): ConfigError =>
  new ConfigError({
    what: `the saved lab "${saved}" is online, and an isolated lab reaches nothing outside itself`,
    next: [`leave --isolated out: sudo dbctl lab restore ${saved}`],
  });
