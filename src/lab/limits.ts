import { readFileSync, writeFileSync } from 'node:fs';

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
