// Packages on Debian and Ubuntu.

import { action, query, type Action, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';

/** The installed version of a package; undefined when it is not (fully) installed. */
export const installedVersion = (name: string): Query<string | undefined> =>
  query(
    sh('dpkg-query -W -f=\'${db:Status-Abbrev}${Version}\' -- "$1" 2>/dev/null || true', name),
    (stdout) => /^ii (\S+)/.exec(stdout)?.[1],
  );

/** Whether the host's package sources offer a package. */
export const isAvailable = (name: string): Query<boolean> =>
  query(['apt-cache', 'policy', name], (stdout) => /Candidate: (?!\(none\))\S/.test(stdout));

const tenMinutes = 600_000;
/** Nodes that share a host are set up at the same time: the second waits, and finds everything done. */
const withPackageLock = ['flock', '--timeout=300', '/run/dbctl-packages.lock'];
const apt = [
  ...withPackageLock,
  'env',
  'DEBIAN_FRONTEND=noninteractive',
  'apt-get',
  '-qy',
  '-o',
  'DPkg::Lock::Timeout=120',
  '-o',
  'Dpkg::Options::=--force-confold',
];

/** Finishes what an interrupted dpkg left behind; does nothing otherwise. */
export const finishInterrupted = (): Action =>
  action([...withPackageLock, 'dpkg', '--configure', '-a'], { timeoutMs: tenMinutes });

export const updateLists = (): Action => action([...apt, 'update'], { timeoutMs: tenMinutes });

export const install = (names: readonly string[]): Action =>
  action([...apt, 'install', '--no-install-recommends', '--', ...names], { timeoutMs: tenMinutes });
