// Brings hosts of a lab back to what they were, whatever was broken on them and however: by `lab break` or by hand.

import type { LabEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import { runTasks } from '../engine/run-tasks.ts';
import { emptyDisk } from './fault-disk.ts';
import { clearNetwork } from './fault-network.ts';
import { startUnits, thaw } from './fault-processes.ts';
import { faultsOf, forgetFaults } from './fault-record.ts';
import type { Lab, LabHost } from './lab.ts';
import { isLinkUp, plugIn } from './network.ts';
import { checkMachine } from './prerequisites.ts';
import { startLab } from './start-lab.ts';
import { labLock, withLock } from './state.ts';
import { findHost, findLab, isRunning } from './status.ts';

/** Some hosts of a lab, or all when none is named. Answers what was done: "pg1 plugged in". */
export async function labHeal(
  { name, hosts }: { readonly name: string; readonly hosts: readonly string[] },
  environment: LabEnvironment,
  listener: Listener,
): Promise<{ readonly changes: readonly string[] }> {
  const { root } = environment;
  checkMachine(['dbctl lab heal', ...hosts, '--name', name].join(' '));
  return withLock(labLock(root, name), async () => {
    const lab = findLab(root, name);
    const named = hosts.length === 0 ? lab.hosts : hosts.map((host) => findHost(lab, host));
    const off = named.filter((host) => !isRunning(lab, host));
    const tasks = named
      .filter((host) => !off.includes(host))
      .map((host) => ({
        host: host.name,
        work: async () => {
          const done = await healHost(root, lab, host);
          const status = done.length > 0 ? 'changed' : 'in place';
          return { answer: done.map((one) => `${host.name} ${one}`), status, note: done.join(', ') } as const;
        },
      }));
    const healed = await runTasks('Heal the hosts', tasks, listener);
    const started = off.length === 0 ? [] : await startLab(lab, environment, listener, off);
    return { changes: [...healed.flat(), ...started] };
  });
}

async function healHost(root: string, lab: Lab, host: LabHost): Promise<readonly string[]> {
  const faults = faultsOf(root, lab, host);
  const done: string[] = [];
  if (await thaw(lab, host)) done.push('goes on');
  if (await clearNetwork(lab.name, host)) done.push('has its whole network again');
  if (!isLinkUp(host)) {
    await plugIn(lab, host);
    done.push('plugged in');
  }
  for (const { file } of faults.filter((one) => one.what === 'disk')) {
    await emptyDisk(lab, host, file);
    done.push('has room on its disk again');
  }
  const units = [...new Set(faults.flatMap((one) => one.units))];
  if (units.length > 0) {
    await startUnits(lab, host, units);
    done.push(`runs ${units.join(' and ')} again`);
  }
  forgetFaults(root, lab, host);
  return done;
}
