// apt and dpkg have a lock each for what they install, download and list, and give up at once where another process has it:
// on a host that was just made, for minutes.

import { waitUntil } from '../engine/wait-until.ts';
import type { Report } from '../engine/step.ts';
import { loneQuery, type Query } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { sh } from '../host/script.ts';
import { CommandError, RefusedError } from '../model/errors.ts';

const fiveMinutes = 300_000;

const locks = [
  '/var/lib/dpkg/lock-frontend',
  '/var/lib/dpkg/lock',
  '/var/lib/apt/lists/lock',
  '/var/cache/apt/archives/lock',
];

const holders = `
lslocks --noheadings --raw --output PID,PATH | while read -r pid path; do
  for lock do [ "$path" != "$lock" ] || ps -o pid=,args= -p "$pid"; done
done | sort -u | cut -c 1-160`;

/** The processes that have one of the locks: "812 /usr/bin/python3 /usr/bin/unattended-upgrade". */
export const lockHolders = (): Query<readonly string[]> => ({
  ...loneQuery(
    sh(holders, ...locks),
    (stdout) => stdout.split('\n').flatMap((line) => line.trim() || []),
    {},
  ),
  isRepeated: true,
});

/**
 * Does work with packages when no other process does. What fails while another has a lock is done again after it.
 * Throws RefusedError, with the process, when it goes on for too long.
 */
export async function whenUnlocked(
  host: ReadableHost,
  report: Report,
  work: () => Promise<void>,
  patienceMs = fiveMinutes,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let seen: readonly string[] = [];
  const isFree = async (): Promise<boolean> => {
    seen = await host.ask(lockHolders());
    if (seen.length > 0) report(`waiting for another process that manages packages: ${seen.join('; ')}`);
    return seen.length === 0;
  };
  for (;;) {
    if (!(await waitUntil(isFree, { deadlineMs: deadline - Date.now(), longestPauseMs: 2000 })))
      throw inUse(host.name, seen);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CommandError) || Date.now() > deadline || (await isFree())) throw error;
    }
  }
}

const inUse = (host: string, seen: readonly string[]): RefusedError =>
  new RefusedError({
    what: `another process on ${host} manages packages, and does not end`,
    why: ['Process and command line:', ...seen].join('\n'),
    next: [
      'wait until it has ended, then run the same command again',
      ...seen.map((line) => `see what it does, on ${host}: ps -fp ${line.split(' ')[0]}`),
    ],
  });
