// A full disk. Hosts stand on the disk of this machine, so only a file system of the host's own is ever filled.

import { RefusedError } from '../model/errors.ts';
import { runOn } from './host-processes.ts';
import type { Lab, LabHost } from './lab.ts';

/** The file that takes what is left. */
export const fillerIn = (path: string): string => `${path}/.dbctl-lab-full`;

const shared = 'overlayfs';

export async function checkDisk(lab: Lab, host: LabHost, path: string): Promise<void> {
  const type = await runOn(lab.name, host.name, ['stat', '--file-system', '--format=%T', path]);
  if (type.trim() !== shared) return;
  const mount = `mount -t tmpfs -o size=750m,mode=755 none ${path}`;
  throw new RefusedError({
    what: `${path} of ${host.name} is on the disk that it shares with this machine, which would be full too`,
    next: [
      `give the host one of its own, before anything is there: dbctl lab ssh --name ${lab.name} ${host.name} ${mount}`,
      'or name another directory with --path',
      'nothing was changed',
    ],
  });
}

/** Until not even a byte is free: PostgreSQL keeps files that it can go on writing. */
export const fillDisk = (lab: Lab, host: LabHost, path: string): Promise<string> =>
  runOn(lab.name, host.name, ['sh', '-c', filling, 'sh', fillerIn(path)]);

const filling = `
fallocate -l "$(df --output=avail -B1 "\${1%/*}" | tail -n 1)" "$1" || exit
while printf %4096s >> "$1"; do :; done 2>/dev/null
[ "$(df --output=avail -B1 "\${1%/*}" | tail -n 1)" -eq 0 ]`;

export const emptyDisk = (lab: Lab, host: LabHost, file: string): Promise<string> =>
  runOn(lab.name, host.name, ['rm', '-f', file]);
