// Mounts of this machine, as /proc/self/mountinfo shows them (proc_pid_mountinfo(5)).

import { readFileSync, rmSync } from 'node:fs';
import { waitUntil } from '../engine/wait-until.ts';
import { exitCodeOf, run } from './run.ts';

/** Mount points, in the order they were mounted; octal escapes undone. */
export const mountPoints = (mountinfo: string): readonly string[] =>
  mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path !== '')
    .map((path) =>
      path.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 8))),
    );

const mountsNow = (): readonly string[] => mountPoints(readFileSync('/proc/self/mountinfo', 'utf8'));

/**
 * Makes `target` show `lower` (uppermost first) with all changes going to `upper`. Directories of lower layers can be
 * renamed as on any disk: PostgreSQL renames that of a slot before it removes it.
 */
export async function mountOverlay(
  target: string,
  {
    lower,
    upper,
    work,
  }: { readonly lower: readonly string[]; readonly upper: string; readonly work: string },
): Promise<void> {
  const options = `redirect_dir=on,lowerdir=${lower.join(':')},upperdir=${upper},workdir=${work}`;
  await run(['mount', '-t', 'overlay', '-o', options, 'overlay', target]);
}

/** Unmounts all that is mounted at or below a path, last mounted first. */
export async function unmountUnder(path: string): Promise<void> {
  const below = mountsNow().filter((point) => point === path || point.startsWith(`${path}/`));
  for (const point of below.toReversed()) await unmount(point);
}

/** A mount stays busy for a moment after the last process on it was killed. */
async function unmount(point: string): Promise<void> {
  const isDone = async (): Promise<boolean> => (await exitCodeOf(['umount', point])) === 0;
  if (!(await waitUntil(isDone, { deadlineMs: 5_000, longestPauseMs: 50 }))) await run(['umount', point]);
}

/** Deletes a directory, and never what is mounted in it. */
export async function clearDirectory(path: string): Promise<void> {
  await unmountUnder(path);
  rmSync(path, { recursive: true, force: true });
}
