import { ConfigError } from '../model/errors.ts';
import { machineNetnsOf, rootOf, type Lab, type LabHost } from './lab.ts';
import { interfaceExists, isLinkUp, netnsExists } from './network.ts';
import { processesOf } from './processes.ts';
import { allLabs, readLab } from './state.ts';

export interface HostStatus {
  readonly name: string;
  readonly address: string;
  /** `cut off`: runs, its link is down. `broken`: half of it is gone. */
  readonly state: 'running' | 'cut off' | 'broken' | 'stopped';
  /** The host's PID 1, as this machine sees it; null when there is none. */
  readonly pid: number | null;
  readonly nspawn: number | null;
  readonly veth: string;
  readonly netns: string;
  /** The host's root directory, seen from this machine. */
  readonly root: string;
}

export interface LabStatus extends Pick<
  Lab,
  'name' | 'release' | 'bare' | 'online' | 'network' | 'directory'
> {
  /** The network namespace to run dbctl in; null when that is the machine's own. */
  readonly netns: string | null;
  readonly hosts: readonly HostStatus[];
}

/** Whole and alive; its link may be down. */
export function isRunning(lab: Pick<Lab, 'name'>, host: LabHost): boolean {
  const { init, nspawn } = processesOf(lab.name, host.name);
  return init !== undefined && nspawn !== undefined && netnsExists(host.netns) && interfaceExists(host.veth);
}

/** One lab, or all of them in the order of their names. Needs no root. */
export const labStatus = (root: string, name?: string): readonly LabStatus[] =>
  (name === undefined ? allLabs(root) : [findLab(root, name)]).map((lab) => ({
    name: lab.name,
    release: lab.release,
    bare: lab.bare,
    online: lab.online,
    network: lab.network,
    directory: lab.directory,
    netns: machineNetnsOf(lab) ?? null,
    hosts: lab.hosts.map((host) => hostStatus(root, lab, host)),
  }));

function hostStatus(root: string, lab: Lab, host: LabHost): HostStatus {
  const { init, nspawn } = processesOf(lab.name, host.name);
  const { name, address, veth, netns } = host;
  const state = stateOf(init !== undefined || nspawn !== undefined, isRunning(lab, host), isLinkUp(host));
  return {
    name,
    address,
    state,
    pid: init ?? null,
    nspawn: nspawn ?? null,
    veth,
    netns,
    root: rootOf(root, lab.name, name),
  };
}

function stateOf(hasProcesses: boolean, isWhole: boolean, isPluggedIn: boolean): HostStatus['state'] {
  if (isWhole) return isPluggedIn ? 'running' : 'cut off';
  return hasProcesses ? 'broken' : 'stopped';
}

/** A ConfigError when there is no such lab. */
export function findLab(root: string, name: string): Lab {
  const lab = readLab(root, name);
  if (lab) return lab;
  const others = allLabs(root).map((other) => other.name);
  throw new ConfigError({
    what: `there is no lab called "${name}"`,
    why: others.length === 0 ? 'there is no lab at all' : `there are: ${others.join(', ')}`,
    next: [`sudo dbctl lab up --name ${name}`],
  });
}
