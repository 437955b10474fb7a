// <host>/faults.json: what was broken on a host and lasts. Whether it still is broken is read from the machine.

import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault, FaultName } from './faults.ts';
import { hostDirectory, type Lab, type LabHost } from './lab.ts';
import { isFrozenHost, processesIn } from './host-processes.ts';
import { writeJson } from './state.ts';

interface Recorded {
  /** Of the network namespace: a host that was started anew has another one, without what was done to the old one. */
  readonly network: number;
  readonly faults: readonly Fault[];
}

const fileOf = (root: string, lab: Pick<Lab, 'name'>, host: LabHost): string =>
  join(hostDirectory(root, lab.name, host.name), 'faults.json');

const networkOf = ({ netns }: LabHost): number =>
  statSync(`/run/netns/${netns}`, { throwIfNoEntry: false })?.ino ?? 0;

/** Those that are still there. */
export function faultsOf(root: string, lab: Pick<Lab, 'name'>, host: LabHost): readonly Fault[] {
  const file = fileOf(root, lab, host);
  if (!existsSync(file)) return [];
  const { network, faults } = JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  if (network !== networkOf(host)) return [];
  const processes = processesIn(lab.name, host.name);
  const runsNoMore = ({ units }: Fault): boolean =>
    units.some((unit) => !processes.some((one) => one.unit === unit));
  const isThere: Partial<Record<FaultName, (fault: Fault) => boolean>> = {
    freeze: () => isFrozenHost(lab.name, host.name) || processes.some(({ isFrozen }) => isFrozen),
    kill: runsNoMore,
    stop: runsNoMore,
  };
  return faults.filter((fault) => isThere[fault.what]?.(fault) ?? true);
}

/** Instead of one of the same words. */
export function recordFault(root: string, lab: Lab, host: LabHost, fault: Fault): void {
  const others = faultsOf(root, lab, host).filter(
    ({ what, about }) => about !== fault.about && !(what === 'slow' && fault.what === 'slow'),
  );
  writeJson(fileOf(root, lab, host), { network: networkOf(host), faults: [...others, fault] });
}

export const forgetFaults = (root: string, lab: Lab, host: LabHost): void =>
  rmSync(fileOf(root, lab, host), { force: true });
