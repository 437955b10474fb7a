// Starts one host: its disk, its network, then systemd-nspawn, which outlives this process.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { CommandError } from '../model/errors.ts';
import type { Mirrors } from './apt-sources.ts';
import { forgetFaults } from './fault-record.ts';
import { hostDirectory, rootOf, upperOf, type Lab, type LabHost, machineNetnsOf } from './lab.ts';
import { mountOverlay, unmountUnder } from './mounts.ts';
import { connectHost, removeNetwork } from './network.ts';
import { prepareRoot } from './prepare-root.ts';
import { hostGroup, killGroup, makeHostGroup } from './processes.ts';
import { connect } from 'node:net';
import { waitUntil } from '../engine/wait-until.ts';
import { exitCodeOf } from './run.ts';

const patienceMs = 60_000;

export interface Ground {
  readonly root: string;
  readonly mtu: number;
  /** For hosts that may use them. */
  readonly mirrors: Mirrors | undefined;
}

/** Clears what is left of the host, keeps its disk, and answers once sshd does. */
export async function bootHost({ root, mtu, mirrors }: Ground, lab: Lab, host: LabHost): Promise<void> {
  await killGroup(hostGroup(lab.name, host.name));
  await removeNetwork([host.veth], [host.netns]);
  forgetFaults(root, lab, host);
  await mountDisk(root, lab, host);
  prepareRoot(root, lab, host, mirrors);
  await connectHost(lab, host, mtu);

  const log = join(hostDirectory(root, lab.name, host.name), 'nspawn.log');
  const hasEnded = startContainer(root, lab, host, log);
  if (await waitForSsh(lab, host, patienceMs, hasEnded)) return;
  throw new CommandError({
    what: `${host.name} did not come up`,
    why: `${hasEnded() ? 'systemd-nspawn ended' : `no SSH server answered within ${patienceMs / 1000} s`}:\n${lastLines(log)}`,
    next: [`read its console: ${log}`, `start over: dbctl lab down --name ${lab.name}`],
  });
}

async function mountDisk(root: string, lab: Lab, host: LabHost): Promise<void> {
  const directory = hostDirectory(root, lab.name, host.name);
  const merged = rootOf(root, lab.name, host.name);
  const [upper, work] = [upperOf(root, lab.name, host.name), join(directory, 'work')];
  const saved = lab.layers.map((layer) => join(layer, host.name));
  await unmountUnder(merged);
  for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true, mode: 0o755 });
  await mountOverlay(merged, { lower: [...saved, ...lab.images], upper, work });
}

/**
 * Runs nspawn in the host's control group, and again when the host rebooted: with --keep-unit nspawn leaves that to
 * its caller and exits with 133. The loop has a group of its own, because nspawn wants its group for itself.
 */
const keepRunning = `
exec > "$2" 2>&1
group=$1
shift 2
mkdir -p "$group/keeper" && echo 0 > "$group/keeper/cgroup.procs" || exit
while :; do
  (echo 0 > "$group/cgroup.procs" && exec "$@")
  [ $? -eq 133 ] || exit
done`;

function startContainer(root: string, lab: Lab, host: LabHost, log: string): () => boolean {
  const group = makeHostGroup(lab.name, host.name);
  const child = execa('sh', ['-c', keepRunning, 'sh', group, log, ...nspawn(root, lab, host)], {
    detached: true,
    cleanup: false,
    reject: false,
    stdio: 'ignore',
    // Debian's systemd wants the unified hierarchy, also on a machine that still mounts both.
    env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
  });
  child.unref();
  return () => child.exitCode !== null || child.signalCode !== null;
}

const nspawn = (root: string, lab: Lab, host: LabHost): readonly string[] => [
  'systemd-nspawn',
  '--quiet',
  `--directory=${rootOf(root, lab.name, host.name)}`,
  `--machine=${lab.name}.${host.name}`,
  '--boot',
  '--register=no',
  '--keep-unit',
  `--network-namespace-path=/run/netns/${host.netns}`,
  // Over its own network, as a machine has it: firewall rules above all.
  '--capability=CAP_NET_ADMIN',
  '--resolv-conf=off',
  '--timezone=off',
  '--link-journal=no',
  '--console=read-only',
];

const lastLines = (file: string): string =>
  readFileSync(file, 'utf8').trim().split('\n').slice(-20).join('\n');

const attemptMs = 1_000;

/** Polls until an SSH server says its banner; false when time is up or `giveUp` says so. */
export async function waitForSsh(
  lab: Pick<Lab, 'name' | 'isolated'>,
  { address }: Pick<LabHost, 'address'>,
  deadlineMs: number,
  giveUp: () => boolean,
): Promise<boolean> {
  const netns = machineNetnsOf(lab);
  const isUp = () => (netns === undefined ? saysBanner(address) : saysBannerIn(netns, address));
  let answers = false;
  await waitUntil(async () => giveUp() || (answers = await isUp()), { deadlineMs, longestPauseMs: 25 });
  return answers;
}

/** RFC 4253, 4.2: the server begins with "SSH-". */
const saysBanner = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: attemptMs });
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('data', (bytes) => answer(bytes.toString('latin1').startsWith('SSH-')));
    socket.once('timeout', () => answer(false));
    socket.once('close', () => answer(false));
    socket.once('error', () => answer(false));
  });

/** The same from within a network namespace, where only a process of its own can go. */
const saysBannerIn = async (netns: string, address: string): Promise<boolean> => {
  const asks = 'read -rn4 -t1 word < "/dev/tcp/$1/22" && [ "$word" = SSH- ]';
  const argv = ['timeout', String(attemptMs / 1000), 'bash', '-c', asks, 'bash', address];
  return (await exitCodeOf(['nsenter', `--net=/run/netns/${netns}`, ...argv])) === 0;
};
