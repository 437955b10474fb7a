// The processes of lab hosts. Each host has a control group of its own, made by us: hosts that share one would share
// the groups of their services too, and stopping a service on one host would kill it on all. The group also finds every
// process of a host whose nspawn, network or disk is already gone.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../engine/wait-until.ts';
import { CommandError } from '../model/errors.ts';

const top = 'dbctl-lab';
const longestMs = 10_000;

/** Where this machine has the unified hierarchy: alone, or beside version 1. */
const unifiedHierarchy = (): string =>
  existsSync('/sys/fs/cgroup/cgroup.controllers') ? '/sys/fs/cgroup' : '/sys/fs/cgroup/unified';

export const labGroup = (lab: string): string => join(unifiedHierarchy(), top, lab);
export const hostGroup = (lab: string, host: string): string => join(labGroup(lab), host);

export const makeLabGroup = (lab: string): void => void mkdirSync(labGroup(lab), { recursive: true });

export function makeHostGroup(lab: string, host: string): string {
  const group = hostGroup(lab, host);
  mkdirSync(group, { recursive: true });
  return group;
}

export function processesOf(lab: string, host: string) {
  const group = hostGroup(lab, host);
  const init =
    pidsOf(join(group, 'payload/init.scope')).find(isInit) ?? pidsOf(join(group, 'payload')).find(isInit);
  // The host's own init, as a pid of this machine, and the systemd-nspawn that watches over it.
  return { init, nspawn: pidsOf(join(group, 'supervisor'))[0] };
}

/** Kills everything in a group and below, waits until it is gone, and removes the group. Nothing there is fine. */
export async function killGroup(group: string): Promise<void> {
  let pids: readonly number[] = [];
  const isGone = async (): Promise<boolean> => {
    pids = groupsUnder(group).flatMap(pidsOf);
    for (const pid of pids) sendSignal(pid, 'SIGKILL');
    return pids.length === 0 && isRemoved(group);
  };
  if (!(await waitUntil(isGone, { deadlineMs: longestMs, longestPauseMs: 20 }))) throw immortal(group, pids);
}

/** A group is busy for a moment after its last process has ended, until that one's end was taken note of. */
function isRemoved(group: string): boolean {
  try {
    for (const path of groupsUnder(group)) rmdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false;
    throw error;
  }
}

/** Names of the labs that have a control group. */
export function labGroups(): readonly string[] {
  const path = join(unifiedHierarchy(), top);
  return existsSync(path) ? childGroups(path) : [];
}

/**
 * Removes what killing a lab's processes leaves: the same group in version 1's hierarchy, where nspawn makes one too,
 * and the common groups once no lab is in them.
 */
export function removeEmptyGroups(lab: string): void {
  for (const path of groupsUnder(join('/sys/fs/cgroup/systemd', top, lab))) rmdirSync(path);
  for (const path of [join(unifiedHierarchy(), top), join('/sys/fs/cgroup/systemd', top)]) {
    if (existsSync(path) && childGroups(path).length === 0) rmdirSync(path);
  }
}

/** A group and all groups in it, deepest first. */
export function groupsUnder(group: string): readonly string[] {
  if (!existsSync(group)) return [];
  return [...childGroups(group).flatMap((child) => groupsUnder(join(group, child))), group];
}

const childGroups = (group: string): readonly string[] =>
  readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

export function pidsOf(group: string): readonly number[] {
  const text = readIfThere(join(group, 'cgroup.procs')) ?? '';
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** In its own pid namespace an init is 1: the last number of NSpid in proc_pid_status(5). */
const isInit = (pid: number): boolean => /^NSpid:.*\t1$/m.test(readIfThere(`/proc/${pid}/status`) ?? '');

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The group or the process ended between listing and reading.
    return undefined;
  }
}

/** A process that has ended is none to speak of. */
export function sendSignal(pid: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const immortal = (group: string, pids: readonly number[]): CommandError =>
  new CommandError({
    what: `processes of the lab do not end: ${pids.join(', ')}`,
    why: `they are in ${group} and were sent SIGKILL for ${longestMs / 1000} seconds`,
    next: [`see what they wait for: ps -o pid,stat,wchan,args ${pids.join(' ')}`],
  });
