// Everything a lab can leave on a machine, found by the names derived from its own: also when lab.json is gone,
// when half of it is, and when the processes outlived all the rest.

import { existsSync, readdirSync } from 'node:fs';
import { removeAccess } from './access.ts';
import { bridgeOf, labDirectory, machineNetnsOf, netnsOf } from './lab.ts';
import { clearDirectory } from './mounts.ts';
import { closeWayOut, setForwarding } from './nat.ts';
import { removeNetwork } from './network.ts';
import { isInstalled } from './prerequisites.ts';
import { killGroup, labGroup, labGroups } from './processes.ts';
import { allLabs, labNames, readLab } from './state.ts';

const list = (directory: string): readonly string[] => (existsSync(directory) ? readdirSync(directory) : []);

/** Removes all of a lab. Answers whether there was anything. */
export async function clearLab(root: string, name: string): Promise<boolean> {
  const lab = readLab(root, name);
  const directory = labDirectory(root, name);
  const bridge = bridgeOf(name);
  const interfaces = list('/sys/class/net').filter((one) => one === bridge || one.startsWith(`${bridge}-`));
  const namespaces = list('/run/netns').filter(
    (one) => one === machineNetnsOf({ name, isolated: true }) || one.startsWith(netnsOf(name, '')),
  );
  const group = labGroup(name);
  const isThere =
    [directory, group].some((path) => existsSync(path)) || interfaces.length + namespaces.length > 0;
  if (!isThere) return false;

  await killGroup(group);
  await removeNetwork(interfaces, namespaces);
  if ((lab === undefined || lab.online) && isInstalled('iptables')) await closeWayOut(name);
  if (lab?.online) restoreForwarding(root, name, lab.forwardedBefore);
  if (lab) removeAccess(lab);
  await clearDirectory(directory);
  return true;
}

/** Other labs that are online still need the machine to forward. */
function restoreForwarding(root: string, name: string, before: boolean): void {
  const others = allLabs(root).filter((lab) => lab.online && lab.name !== name);
  if (others.length === 0 && !before) setForwarding(false);
}

/** Every lab there is something of. */
export const everyLab = (root: string): readonly string[] => [
  ...new Set([...labNames(root), ...labGroups()]),
];
