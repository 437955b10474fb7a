// Faults of what runs on a host, and of the host as a whole.

import { waitUntil } from '../engine/wait-until.ts';
import { RefusedError, UnverifiedError } from '../model/errors.ts';
import { pullCable } from './fault-network.ts';
import type { Program } from './faults.ts';
import { freezeHost, isFrozenHost, processesIn, runOn, type HostProcess } from './host-processes.ts';
import type { Lab, LabHost } from './lab.ts';
import { processesOf, sendSignal } from './processes.ts';
import { isRunning } from './status.ts';

const runningAs = (lab: Lab, host: LabHost, program: Program | undefined): readonly HostProcess[] =>
  processesIn(lab.name, host.name).filter(({ name }) => name === program);

export function checkRuns(lab: Lab, host: LabHost, program: Program): void {
  if (runningAs(lab, host, program).length > 0) return;
  throw new RefusedError({
    what: `${program} does not run on ${host.name}`,
    next: [
      `see what runs there: dbctl lab ssh --name ${lab.name} ${host.name} systemctl status`,
      'nothing was changed',
    ],
  });
}

/** Answers whether it had any. Its network outlives it here, and would refuse connections: a dead host says nothing. */
export async function cutPower(lab: Lab, host: LabHost): Promise<boolean> {
  const { init } = processesOf(lab.name, host.name);
  if (init === undefined) return false;
  await pullCable(host);
  sendSignal(init, 'SIGKILL');
  const isOff = (): boolean => Object.values(processesOf(lab.name, host.name)).every((pid) => !pid);
  await insist(isOff, `${host.name} runs on without power`);
  return true;
}

/** Shuts a host down, and waits until it is up again. */
export async function reboot(lab: Lab, host: LabHost): Promise<boolean> {
  const { init } = processesOf(lab.name, host.name);
  await runOn(lab.name, host.name, ['systemctl', '--no-block', 'reboot']);
  const isAgain = (): boolean => isRunning(lab, host) && processesOf(lab.name, host.name).init !== init;
  await insist(isAgain, `${host.name} does not come back from its reboot`);
  return true;
}

/** The units that run a program. */
export const unitsOf = (lab: Lab, host: LabHost, program: Program | undefined): readonly string[] => [
  ...new Set(runningAs(lab, host, program).flatMap(({ unit }) => unit || [])),
];

/** Those that its unit starts again meanwhile are new ones. */
export async function killProgram(lab: Lab, host: LabHost, program: Program | undefined): Promise<void> {
  const killed = runningAs(lab, host, program).map(({ pid }) => pid);
  for (const pid of killed) sendSignal(pid, 'SIGKILL');
  const isGone = (): boolean => runningAs(lab, host, program).every(({ pid }) => !killed.includes(pid));
  await insist(isGone, `${program} does not end on ${host.name}`);
}

/** As its unit stops it: a server shuts down in order. */
export async function stopUnits(lab: Lab, host: LabHost, program: Program | undefined): Promise<void> {
  await runOn(lab.name, host.name, ['systemctl', 'stop', ...unitsOf(lab, host, program)]);
  await insist(() => runningAs(lab, host, program).length === 0, `${program} does not stop on ${host.name}`);
}

export async function freeze(lab: Lab, host: LabHost, program: Program | undefined): Promise<void> {
  if (program === undefined) freezeHost(lab.name, host.name, true);
  else for (const { pid } of runningAs(lab, host, program)) sendSignal(pid, 'SIGSTOP');
  const isStill = (): boolean =>
    isFrozenHost(lab.name, host.name) || runningAs(lab, host, program).every(({ isFrozen }) => isFrozen);
  await insist(isStill, `${program ?? 'the host'} does not stand still on ${host.name}`);
}

/** Lets everything go on. Answers whether something stood still. */
export async function thaw(lab: Lab, host: LabHost): Promise<boolean> {
  const wasFrozen = isFrozenHost(lab.name, host.name);
  if (wasFrozen) freezeHost(lab.name, host.name, false);
  const frozen = processesIn(lab.name, host.name).filter(({ isFrozen }) => isFrozen);
  for (const { pid } of frozen) sendSignal(pid, 'SIGCONT');
  return wasFrozen || frozen.length > 0;
}

/** A unit that waits for others, as etcd for its majority, is started when it has a process. */
export async function startUnits(lab: Lab, host: LabHost, units: readonly string[]): Promise<void> {
  await runOn(lab.name, host.name, ['systemctl', 'reset-failed', ...units]);
  await runOn(lab.name, host.name, ['systemctl', '--no-block', 'start', ...units]);
  const run = (): boolean =>
    units.every((unit) => processesIn(lab.name, host.name).some((one) => one.unit === unit));
  await insist(run, `${units.join(' and ')} did not start on ${host.name}`);
}

async function insist(isSo: () => boolean, otherwise: string): Promise<void> {
  if (await waitUntil(async () => isSo(), { deadlineMs: 60_000, longestPauseMs: 50 })) return;
  throw new UnverifiedError({ what: otherwise, next: ['see what it waits for: dbctl lab status'] });
}
