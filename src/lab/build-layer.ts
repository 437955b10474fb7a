import {
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  readdirSync,
  chmodSync,
  copyFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '../engine/step.ts';
import { sourcesFor, type Mirrors } from './apt-sources.ts';
import type { Layer, Release } from './recipe.ts';
import { follow, run } from './run.ts';
import { mountOverlay, unmountUnder } from './mounts.ts';

export interface BuildOrder {
  /** An empty place to build in. */
  readonly building: string;
  /** The finished layers below, uppermost first. */
  readonly lower: readonly string[];
  readonly layer: Layer;
  readonly release: Release;
  readonly mirrors: Mirrors;
}

const scripts = '/usr/share/debootstrap/scripts';
export const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Its mounts are its own and end with it, and it ends with this process: a killed build leaves files and nothing else. */
const confined = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child'];

/** Lines debootstrap says while it builds the base layer; only a measure of how far it is. */
const usualLines = 590;

/** A minimal Debian with systemd and sshd. Answers the directory that holds it. */
export async function buildBase(order: BuildOrder, report: Report): Promise<string> {
  const root = join(order.building, 'root');
  mkdirSync(root, { recursive: true, mode: 0o755 });
  let lines = 0;
  await follow([...confined, '--mount-proc', '--', ...debootstrap(order, root)], (line) => {
    lines += 1;
    report(`${Math.min(99, Math.round((100 * lines) / usualLines))} % ${line.replace(/^[A-Z]: /, '')}`);
  });
  await finishBase(root, order);
  return root;
}

function debootstrap({ layer, release, mirrors }: BuildOrder, root: string): readonly string[] {
  const include = `--include=${layer.packages.join(',')}`;
  const argv = [
    'debootstrap',
    '--variant=minbase',
    `--keyring=${keyring}`,
    include,
    release,
    root,
    mirrors.main,
  ];
  // A debootstrap older than the release does not know its name; every recent release is built like sid.
  return existsSync(join(scripts, release)) ? argv : [...argv, join(scripts, 'sid')];
}

async function finishBase(root: string, { layer, release, mirrors }: BuildOrder): Promise<void> {
  writeFiles(root, layer.files);
  for (const unit of layer.masked) mask(root, unit);
  rmSync(join(root, 'etc/apt/sources.list'), { force: true });
  writeFiles(root, { '/etc/apt/sources.list.d/debian.sources': sourcesFor(release, mirrors) });
  await run(['chroot', root, 'useradd', '--create-home', '--shell', '/bin/bash', 'admin']);
  // Each host gets its own of these.
  for (const path of ['etc/machine-id', 'etc/hostname', 'etc/resolv.conf'])
    rmSync(join(root, path), { force: true });
  for (const name of readdirSync(join(root, 'etc/ssh'))) {
    if (name.startsWith('ssh_host_')) rmSync(join(root, 'etc/ssh', name));
  }
  await run(['chroot', root, 'apt-get', 'clean']);
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

function mask(root: string, unit: string): void {
  const path = join(root, 'etc/systemd/system', unit);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync('/dev/null', path);
}

/** Packages on top of the layers below. Answers the directory that holds just the difference. */
export async function buildPackages({ building, lower, layer }: BuildOrder, report: Report): Promise<string> {
  const [root, upper, work] = ['root', 'upper', 'work'].map((name) => join(building, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [root, upper, work]) mkdirSync(path, { recursive: true, mode: 0o755 });
  await mountOverlay(root, { lower, upper, work });
  writeFiles(root, layer.files);
  for (const unit of layer.masked) mask(root, unit);
  await withoutServices(root, async () => {
    await apt(root, ['update'], report);
    await apt(root, ['install', '--yes', '--no-install-recommends', ...layer.packages], report);
  });
  await run(['chroot', root, 'apt-get', 'clean']);
  await unmountUnder(root);
  return upper;
}

/** Packages start no service while they are installed, and names resolve as on the machine. */
async function withoutServices(root: string, work: () => Promise<void>): Promise<void> {
  const policy = join(root, 'usr/sbin/policy-rc.d');
  const resolver = join(root, 'etc/resolv.conf');
  writeFileSync(policy, '#!/bin/sh\nexit 101\n');
  chmodSync(policy, 0o755);
  copyFileSync('/etc/resolv.conf', resolver);
  await work();
  rmSync(policy);
  rmSync(resolver);
}

async function apt(root: string, argv: readonly string[], report: Report): Promise<void> {
  const options = ['-qq', '-o', 'APT::Status-Fd=3', '-o', 'Dpkg::Options::=--force-unsafe-io'];
  const chroot = [...confined, `--root=${root}`, '--mount-proc', '--'];
  // What apt tells its progress by is closed for the scripts of packages, and some of those need their output.
  const shell = ['sh', '-c', 'exec apt-get "$@" 3>&1', 'sh'];
  await follow([...chroot, ...shell, ...options, ...argv], (line) => {
    const note = aptProgress(line);
    if (note !== undefined) report(note);
  });
}

/** "dlstatus:1:16.75:Retrieving file 1 of 31" as "17 % Retrieving file 1 of 31"; other lines are none. */
export function aptProgress(line: string): string | undefined {
  const match = /^(?:dl|pm)status:[^:]*(?::[^:]*)*?:([\d.]+):(.*)$/.exec(line);
  return match ? `${Math.round(Number(match[1]))} % ${match[2]}` : undefined;
}
