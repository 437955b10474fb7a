import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { LabEnvironment } from '../config/environment.ts';
import type { Listener } from '../engine/event.ts';
import { runTasks } from '../engine/run-tasks.ts';
import { ConfigError } from '../model/errors.ts';
import { ensureKey, hostKey, labKey, writeAccess } from './access.ts';
import { bootHost, type Ground, waitForSsh } from './boot.ts';
import { hostDirectory, type Lab, type LabHost } from './lab.ts';
import { openWayOut, ensureBridge, isLinkUp, plugIn, wayOut } from './network.ts';
import { isRunning } from './status.ts';
import { findMirrors } from './apt-sources.ts';

/** Starts those of the hosts that do not run, all at once. Answers what was done: "pg1 started". */
export async function startLab(
  lab: Lab,
  environment: LabEnvironment,
  listener: Listener,
  hosts = lab.hosts,
): Promise<readonly string[]> {
  const { root, mirror } = environment;
  const { device, mtu } = await wayOut();
  const ground = { root, mtu, mirrors: lab.online ? findMirrors(mirror) : undefined };
  const changes: string[] = [];
  raiseLimits();
  if (await ensureBridge(lab, mtu)) {
    changes.push(`${lab.bridge} made`);
    for (const host of lab.hosts) if (isRunning(lab, host)) await plugIn(lab, host);
  }
  if (lab.online) await openWayOut(lab, device ?? noWayOut());
  await ensureKeys(root, lab);
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

function noWayOut(): never {
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

const inotifyInstances = '/proc/sys/fs/inotify/max_user_instances';
/** A host's systemd and services hold about five; the kernel's default of 128 for all of root's ends at some 25 hosts. */
const enough = 1024;

/** Lets the machine hold more hosts: their systemd does not start without inotify. A limit of the kernel, raised until it restarts. */
export function raiseLimits(path = inotifyInstances): void {
  if (Number(readFileSync(path, 'utf8')) >= enough) return;
  try {
    writeFileSync(path, `${enough}\n`);
  } catch {
    // Not ours to raise, as in a container; what is there may do for this lab.
  }
}
