// Breaks hosts of a lab, for whoever rehearses failures. Each fault is seen to be there before this answers.

import type { LabEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import { runTasks } from '../engine/run-tasks.ts';
import { RefusedError } from '../model/errors.ts';
import { checkDisk, fillDisk, fillerIn } from './fault-disk.ts';
import { checkNetem, dropPackets, pullCable, slowDown } from './fault-network.ts';
import { checkRuns, cutPower, freeze, killProgram, reboot, stopUnits, unitsOf } from './fault-processes.ts';
import { faultsOf, recordFault } from './fault-record.ts';
import { wordsOf, type Fault, type WantedFault } from './faults.ts';
import { isFrozenHost } from './host-processes.ts';
import type { Lab, LabHost } from './lab.ts';
import { interfaceExists } from './network.ts';
import { checkMachine, checkPrograms } from './prerequisites.ts';
import { labLock, withLock } from './state.ts';
import { findHost, findLab, isRunning } from './status.ts';

/** Answers what was done: "pg1: its cable is pulled"; nothing where it was so already. */
export async function labBreak(
  wanted: WantedFault,
  { name, hosts }: { readonly name: string; readonly hosts: readonly string[] },
  { root }: LabEnvironment,
  listener: Listener,
): Promise<{ readonly changes: readonly string[] }> {
  checkMachine(`dbctl lab break ${wanted.what} ${hosts.join(' ')} --name ${name}`);
  return withLock(labLock(root, name), async () => {
    const lab = findLab(root, name);
    const broken = [...new Set(hosts)].map((host) => findHost(lab, host));
    for (const host of broken) await check(lab, host, wanted);
    const words = wordsOf(wanted);
    const tasks = broken.map((host) => ({
      host: host.name,
      work: async () => {
        const isNew = await breakHost(root, lab, host, wanted);
        return {
          answer: isNew ? [`${host.name}: ${words}`] : [],
          status: isNew ? 'changed' : 'in place',
          note: words,
        } as const;
      },
    }));
    return { changes: (await runTasks('Break the hosts', tasks, listener)).flat() };
  });
}

/** Before any host is touched. */
async function check(lab: Lab, host: LabHost, wanted: WantedFault): Promise<void> {
  const { what, program, path } = wanted;
  if (what === 'power' || (what === 'cable' && interfaceExists(host.veth))) return;
  if (!isRunning(lab, host))
    throw new RefusedError({
      what: `${host.name} does not run, so nothing more can be broken on it`,
      next: [`start it: sudo dbctl lab heal --name ${lab.name} ${host.name}`],
    });
  const isToBeFrozen = what === 'freeze' && program === undefined;
  if (isFrozenHost(lab.name, host.name) && !isToBeFrozen) throw standsStill(lab, host);
  if (program !== undefined) checkRuns(lab, host, program);
  if (what === 'disk') await checkDisk(lab, host, path);
  if (what === 'slow') await checkNetem(host, wanted);
  if (['inbound', 'outbound', 'ports'].includes(what)) checkPrograms(true);
}

const standsStill = ({ name }: Lab, host: LabHost): RefusedError =>
  new RefusedError({
    what: `${host.name} is frozen, so only its power and its cable can be broken`,
    next: [`let it go on: sudo dbctl lab heal --name ${name} ${host.name}`],
  });

/** Answers whether it was not so already. */
async function breakHost(root: string, lab: Lab, host: LabHost, wanted: WantedFault): Promise<boolean> {
  const { what } = wanted;
  const about = wordsOf(wanted);
  if (faultsOf(root, lab, host).some((one) => one.what === what && one.about === about)) return false;
  const record = (more: Partial<Fault> = {}): void => {
    const brokenAt = new Date().toISOString();
    recordFault(root, lab, host, { what, about, brokenAt, units: [], file: '', ...more });
  };
  if (what === 'power') return cutPower(lab, host);
  if (what === 'reboot') return reboot(lab, host);
  if (what === 'cable') return pullCable(host);
  // What is broken and not written down would stay so; what is written down and runs is no fault.
  if (what === 'disk') record({ file: fillerIn(wanted.path) });
  if (what === 'kill' || what === 'stop') record({ units: unitsOf(lab, host, wanted.program) });
  const makers = {
    disk: () => fillDisk(lab, host, wanted.path),
    kill: () => killProgram(lab, host, wanted.program),
    stop: () => stopUnits(lab, host, wanted.program),
    freeze: () => freeze(lab, host, wanted.program),
    slow: () => slowDown(host, wanted),
    inbound: () => dropPackets(lab.name, host, wanted),
    outbound: () => dropPackets(lab.name, host, wanted),
    ports: () => dropPackets(lab.name, host, wanted),
  };
  await makers[what]();
  if (!['disk', 'kill', 'stop'].includes(what)) record();
  return true;
}
