import { ConfigError } from '../model/errors.ts';
import { faultsOf } from './fault-record.ts';
import { machineNetnsOf, rootOf, type Lab, type LabHost } from './lab.ts';
import { interfaceExists, isLinkUp, netnsExists } from './network.ts';
import { processesOf } from './processes.ts';
import { allLabs, readLab } from './state.ts';

export type LabStatus = ReturnType<typeof labStatus>[number];

/** Whole and alive; its link may be down. */
export function isRunning(lab: Pick<Lab, 'name'>, host: LabHost): boolean {
  const { init, nspawn } = processesOf(lab.name, host.name);
  return init !== undefined && nspawn !== undefined && netnsExists(host.netns) && interfaceExists(host.veth);
}

/** One lab, or all of them in the order of their names. Needs no root. */
export const labStatus = (root: string, name?: string) =>
  (name === undefined ? allLabs(root) : [findLab(root, name)]).map((lab) => ({
    name: lab.name,
    release: lab.release,
    bare: lab.bare,
    online: lab.online,
    network: lab.network,
    directory: lab.directory,
    /** The network namespace to run dbctl in; null when that is the machine's own. */
    netns: machineNetnsOf(lab) ?? null,
    hosts: lab.hosts.map((host) => hostStatus(root, lab, host)),
  }));

function hostStatus(root: string, lab: Lab, host: LabHost) {
  const { init, nspawn } = processesOf(lab.name, host.name);
  const { name, address, veth, netns } = host;
  return {
    name,
    address,
    state: stateOf(init !== undefined || nspawn !== undefined, isRunning(lab, host), isLinkUp(host)),
    /** The host's PID 1, as this machine sees it; null when there is none. */
    pid: init ?? null,
    nspawn: nspawn ?? null,
    veth,
    netns,
    /** The host's root directory, seen from this machine. */
    root: rootOf(root, lab.name, name),
    /** What `lab break` broke and is not healed. */
    faults: faultsOf(root, lab, host).map(({ what, about, brokenAt }) => ({ what, about, brokenAt })),
  };
}

/** `cut off`: runs, its link is down. `broken`: half of it is gone. */
function stateOf(hasProcesses: boolean, isWhole: boolean, isPluggedIn: boolean) {
  if (isWhole) return isPluggedIn ? 'running' : 'cut off';
  return hasProcesses ? 'broken' : 'stopped';
}

/** A ConfigError when the lab has no such host. */
export function findHost({ name, hosts }: Pick<Lab, 'name' | 'hosts'>, hostName: string): LabHost {
  const host = hosts.find((one) => one.name === hostName);
  if (host) return host;
  throw new ConfigError({
    what: `the lab "${name}" has no host called ${JSON.stringify(hostName)}`,
    why: `it has: ${hosts.map((one) => one.name).join(', ')}`,
    next: [`dbctl lab status --name ${name}`],
  });
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
