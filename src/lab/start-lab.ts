import { mkdirSync } from 'node:fs';
import type { LabEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import { runTasks } from '../engine/run-tasks.ts';
import { ConfigError } from '../model/errors.ts';
import { ensureKey, hostKey, labKey, writeAccess } from './access.ts';
import { bootHost, type Ground } from './boot.ts';
import { hostDirectory, type Lab, type LabHost } from './lab.ts';
import { raiseLimits } from './limits.ts';
import { openWayOut } from './nat.ts';
import { ensureBridge, isLinkUp, plugIn, wayOut } from './network.ts';
import { isRunning } from './status.ts';
import { waitForSsh } from './wait-for-ssh.ts';

/** Starts those of the hosts that do not run, all at once. Answers what was done: "pg1 started". */
export async function startLab(
  lab: Lab,
  ground: Ground,
  environment: LabEnvironment,
  listener: Listener,
  hosts = lab.hosts,
): Promise<readonly string[]> {
  const changes: string[] = [];
  raiseLimits();
  if (await ensureBridge(lab, ground.mtu)) {
    changes.push(`${lab.bridge} made`);
    for (const host of lab.hosts) if (isRunning(lab, host)) await plugIn(lab, host);
  }
  if (lab.online) await openWayOut(lab, await deviceOut());
  await ensureKeys(ground.root, lab);
  writeAccess(environment, lab);
  const tasks = hosts.map((host) => ({
    host: host.name,
    work: async () => {
      const note = await ensureHost(ground, lab, host);
      const answer = note === '' ? [] : [`${host.name} ${note}`];
      return { answer, status: note === '' ? 'in place' : 'changed', note } as const;
    },
  }));
  const started = await runTasks('Start the hosts', tasks, listener);
  return [...changes, ...started.flat()];
}

async function deviceOut(): Promise<string> {
  const { device } = await wayOut();
  if (device !== undefined) return device;
  throw new ConfigError({
    what: 'this machine has no default route, so a lab cannot be online',
    next: ['leave --online out'],
  });
}

async function ensureKeys(root: string, lab: Lab): Promise<void> {
  await ensureKey(labKey(root, lab.name), `dbctl lab ${lab.name}`);
  await Promise.all(
    lab.hosts.map(async ({ name }) => {
      mkdirSync(hostDirectory(root, lab.name, name), { recursive: true });
      await ensureKey(hostKey(root, lab.name, name), name);
    }),
  );
}

const patienceMs = 5_000;

/** Answers what was done: "" when the host was fine. */
async function ensureHost(ground: Ground, lab: Lab, host: LabHost): Promise<string> {
  if (isRunning(lab, host)) {
    const wasCut = !isLinkUp(host);
    if (wasCut) await plugIn(lab, host);
    if (await waitForSsh(lab, host, patienceMs, () => false)) return wasCut ? 'plugged in' : '';
  }
  await bootHost(ground, lab, host);
  return 'started';
}
