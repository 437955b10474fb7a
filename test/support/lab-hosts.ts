// The hosts of a lab as the machine itself has them: what `dbctl lab status` says once, and control groups, links and
// processes looked at again and again, at no cost worth mentioning.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A host as `dbctl lab status -o json` describes it, without what changes. */
export interface HostPlace {
  readonly name: string;
  readonly address: string;
  /** The machine's end of its cable. */
  readonly veth: string;
  readonly netns: string;
  /** Its root directory, seen from this machine. */
  readonly root: string;
}

export interface LabHost extends HostPlace {
  /** Its own PID 1, as this machine sees it; NaN when it does not run. */
  readonly pid: number;
  readonly state: 'running' | 'cut off' | 'broken' | 'stopped';
}

const hierarchies = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

/** The control group of a host; docs/lab.md promises where it is. */
const groupOf = (lab: string, host: string): string =>
  hierarchies.map((one) => join(one, 'dbctl-lab', lab, host)).find((path) => existsSync(path)) ?? '';

function pidsIn(group: string): readonly number[] {
  const text = readIfThere(join(group, 'cgroup.procs')) ?? '';
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** In its own pid namespace an init is 1: the last number of NSpid. */
const isInit = (pid: number): boolean => /^NSpid:.*\t1$/m.test(readIfThere(`/proc/${pid}/status`) ?? '');

/** The PID 1 of a host; undefined when it does not run. */
export function initOf(lab: string, host: string): number | undefined {
  const payload = join(groupOf(lab, host), 'payload');
  return pidsIn(join(payload, 'init.scope')).find(isInit) ?? pidsIn(payload).find(isInit);
}

export function hostNow(lab: string, place: HostPlace): LabHost {
  const init = initOf(lab, place.name);
  const isWatched = pidsIn(join(groupOf(lab, place.name), 'supervisor')).length > 0;
  return { ...place, pid: init ?? Number.NaN, state: stateOf(init !== undefined, isWatched, place) };
}

function stateOf(hasInit: boolean, isWatched: boolean, { veth, netns }: HostPlace): LabHost['state'] {
  const flags = readIfThere(`/sys/class/net/${veth}/flags`);
  if (!hasInit && !isWatched) return 'stopped';
  if (!hasInit || !isWatched || flags === undefined || !existsSync(`/run/netns/${netns}`)) return 'broken';
  return Number(flags) % 2 === 1 ? 'running' : 'cut off';
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended between listing and reading, or was never there.
    return undefined;
  }
}
