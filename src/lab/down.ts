import type { LabEnvironment } from '../config/environment.ts';
import { allLabs, labLock, labNames, namesIn, readLab, stateLock, withLock } from './state.ts';
import { checkLabName } from './request.ts';
import { checkMachine, isInstalled } from './prerequisites.ts';
import { removeEmptyGroups, killGroup, labGroup, labGroups } from './processes.ts';
import { dropUnusedLayers, removeSaved } from './saved.ts';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../model/answers.ts';
import { removeAccess } from './access.ts';
import { bridgeOf, labDirectory, machineNetnsOf, netnsOf, type Lab } from './lab.ts';
import { clearDirectory } from './mounts.ts';
import { removeRules, setForwarding, removeNetwork } from './network.ts';

/** Throws one lab away, or all of them. Answers the names of those there was anything of. */
export async function labDown(
  { root }: LabEnvironment,
  which: { readonly name: string } | 'all',
): Promise<readonly string[]> {
  checkMachine(
    which === 'all' ? 'dbctl lab down --all' : `dbctl lab down --name ${checkLabName(which.name)}`,
  );
  const removed: string[] = [];
  for (const name of which === 'all' ? everyLab(root) : [which.name]) {
    if (await withLock(labLock(root, name), () => clearLab(root, name))) removed.push(name);
    await withLock(stateLock(root), async () => {
      removeEmptyGroups(name);
      dropUnusedLayers(root);
    });
  }
  return removed;
}

/** Removes a saved lab. Answers whether there was one. */
export async function forgetSaved(name: string, { root }: LabEnvironment): Promise<boolean> {
  checkMachine(`dbctl lab forget ${checkLabName(name)}`);
  return withLock(stateLock(root), async () => removeSaved(root, name));
}

// Everything a lab can leave on a machine is found by the names derived from its own: also when lab.json is gone, when half
// of it is, and when the processes outlived all the rest.

/** Removes all of a lab. Answers whether there was anything. */
export async function clearLab(root: string, name: string): Promise<boolean> {
  const lab = readLab(root, name);
  const directory = labDirectory(root, name);
  const bridge = bridgeOf(name);
  const interfaces = namesIn('/sys/class/net').filter(
    (one) => one === bridge || one.startsWith(`${bridge}-`),
  );
  const namespaces = namesIn('/run/netns').filter(
    (one) => one === machineNetnsOf({ name, isolated: true }) || one.startsWith(netnsOf(name, '')),
  );
  const group = labGroup(name);
  if (![directory, group].some(existsSync) && interfaces.length + namespaces.length === 0) return false;

  await killGroup(group);
  await removeNetwork(interfaces, namespaces);
  if ((lab === undefined || lab.online) && isInstalled('iptables')) await removeRules(name);
  if (lab?.online) restoreForwarding(root, name, lab.forwardedBefore);
  if (lab) removeAccess(lab);
  if (lab) forgetCluster(lab);
  await clearDirectory(directory);
  return true;
}

/**
 * Forgets what dbctl has written down on this machine, where it was the control host, of a cluster on these hosts: the next
 * lab of that name has other data. A cluster of the same name on other hosts is somebody else's.
 */
function forgetCluster({ cluster, hosts }: Lab): void {
  const directory = `/etc/dbctl/${cluster}`;
  const notes = namesIn(directory).filter((name) => /^data-of-.*\.json$/.test(name));
  const isOfLab = (name: string): boolean => {
    const note = parseJson(readFileSync(join(directory, name), 'utf8')) as
      | { readonly host?: unknown }
      | undefined;
    return hosts.some(({ address }) => address === note?.host);
  };
  if (notes.length === 0 || !notes.every(isOfLab)) return;
  for (const path of [directory, `/etc/dbctl/pki/${cluster}`, `/var/lib/dbctl-journal/${cluster}.jsonl`]) {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Other labs that are online still need the machine to forward. */
function restoreForwarding(root: string, name: string, before: boolean): void {
  const others = allLabs(root).filter((lab) => lab.online && lab.name !== name);
  if (others.length === 0 && !before) setForwarding(false);
}

/** Every lab there is something of. */
const everyLab = (root: string): readonly string[] => [...new Set([...labNames(root), ...labGroups()])];
