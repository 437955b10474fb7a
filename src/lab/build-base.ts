import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '../engine/step.ts';
import { sourcesFor, type Mirrors } from './apt-sources.ts';
import type { Layer, Release } from './recipe.ts';
import { follow, run } from './run.ts';

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
export const confined = [
  'setpriv',
  '--pdeathsig',
  'KILL',
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
];

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
  rmSync(path, { force: true });
  symlinkSync('/dev/null', path);
}
