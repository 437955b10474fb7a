// What this machine must have before a lab can be built on it.

import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../model/errors.ts';
import { keyring } from './build-layer.ts';

const programFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
/** OVERLAYFS_SUPER_MAGIC of linux/magic.h. */
const overlayMagic = 0x794c7630;

const needed: Readonly<Record<string, string>> = {
  'systemd-nspawn': 'systemd-container',
  debootstrap: 'debootstrap',
  ip: 'iproute2',
  'ssh-keygen': 'openssh-client',
  ssh: 'openssh-client',
};

export const isInstalled = (program: string): boolean =>
  programFolders.some((folder) => existsSync(join(folder, program)));

/** Linux and root, or a ConfigError that says what to type. */
export function checkMachine(command: string): void {
  if (process.platform !== 'linux') {
    throw new ConfigError({
      what: 'a lab needs a Linux machine',
      why: `its hosts are containers of the Linux kernel, and this is ${process.platform}`,
      next: ['run it in a Debian or Ubuntu virtual machine'],
    });
  }
  if (process.getuid?.() !== 0) {
    throw new ConfigError({
      what: 'a lab needs root: it mounts file systems and makes network interfaces',
      next: [`sudo ${command}`],
    });
  }
}

/**
 * The Debian packages that the lab needs and this machine lacks.
 * @public `npm run demo` and `npm test` install them.
 */
export function missingPackages(online: boolean): readonly string[] {
  const missing = Object.entries({ ...needed, ...(online ? { iptables: 'iptables' } : {}) })
    .filter(([program]) => !isInstalled(program))
    .map(([, name]) => name);
  if (!existsSync(keyring)) missing.push('debian-archive-keyring');
  return [...new Set(missing)];
}

/** All missing packages in one ConfigError. */
export function checkPrograms(online: boolean): void {
  const missing = missingPackages(online);
  if (missing.length === 0) return;
  const packages = missing.join(' ');
  throw new ConfigError({
    what: `the lab needs packages that are not installed: ${packages}`,
    next: [`sudo apt-get install -y ${packages}`],
  });
}

/** Hosts' disks are upper layers of overlay mounts, and those cannot lie on an overlay themselves. */
export function checkRoot(root: string): void {
  mkdirSync(root, { recursive: true });
  if (statfsSync(root).type !== overlayMagic) return;
  throw new ConfigError({
    what: `${root} is on an overlay file system, which cannot hold the disks of lab hosts`,
    why: 'this is usual inside a container',
    next: ['choose a directory on a real disk: sudo DBCTL_LAB_DIR=/mnt/disk/dbctl-lab dbctl lab up'],
  });
}
