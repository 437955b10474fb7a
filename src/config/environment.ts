import { readdirSync, readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../model/cluster.ts';
import type { TarFile } from '../model/tar.ts';

/** What dbctl takes from the session it was started in, to log in on hosts. */
export const loginEnvironment = (env: NodeJS.ProcessEnv = process.env) => ({
  agentSocket: env['SSH_AUTH_SOCK'] || undefined,
  home: env['HOME'] || homedir(),
});

/** NO_COLOR, set to anything but nothing (no-color.org). */
export const declinesColour = (env: NodeJS.ProcessEnv = process.env): boolean => Boolean(env['NO_COLOR']);

/**
 * Lets glibc ask each name server twice for one second (resolv.conf(5)). By default it asks twice for five, nothing can
 * interrupt it, and no process ends before it: a dead name server would hold probe for ten seconds after its answer.
 * To be called before the first name is looked up.
 */
export function shortenNameLookups(env: NodeJS.ProcessEnv = process.env): void {
  env['RES_OPTIONS'] ??= 'timeout:1 attempts:2';
}

/** Where programs that were built or downloaded are kept (XDG Base Directory Specification). */
export const cacheDirectory = (env: NodeJS.ProcessEnv = process.env): string =>
  join(baseDirectory(env, 'XDG_CACHE_HOME', '.cache'), 'dbctl', 'programs');

/** "All paths set in these environment variables must be absolute": others are ignored. */
function baseDirectory(env: NodeJS.ProcessEnv, name: string, otherwise: string): string {
  const base = env[name];
  return base?.startsWith('/') ? base : join(env['HOME'] || homedir(), otherwise);
}

/** PATH with the place last where Go's own installer puts it: sudo's PATH, and many others, lack it. */
export const pathWithGo = (env: NodeJS.ProcessEnv = process.env): string =>
  [env['PATH'], '/usr/local/go/bin'].filter(Boolean).join(':');

/** Who runs dbctl, for others who read it: "alice@laptop". Behind sudo it is who called it. */
export function operatorName(env: NodeJS.ProcessEnv = process.env): string {
  return `${env['SUDO_USER'] || accountName()}@${hostname()}`;
}

/** An account without an entry in /etc/passwd has no name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}

/** Where the logs of runs are kept (XDG Base Directory Specification). */
export const stateDirectory = (env: NodeJS.ProcessEnv = process.env): string =>
  join(baseDirectory(env, 'XDG_STATE_HOME', '.local/state'), 'dbctl');

const keptRuns = 10;

const longestLog = 512 * 1024;

/** The logs of the last runs of dbctl on a cluster. They may hold secrets that have changed since. */
export function lastRuns(cluster: Pick<Cluster, 'name'>, state = stateDirectory()): readonly TarFile[] {
  const directory = join(state, cluster.name);
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.log'));
    return names
      .toSorted()
      .slice(-keptRuns)
      .map((name) => ({
        path: `runs/${name}`,
        text: wholeLines(readFileSync(join(directory, name), 'utf8')),
      }));
  } catch {
    // There were no runs, or their logs are somebody else's.
    return [];
  }
}

/** The end of a long text, from the beginning of a line: a secret that is cut in two could not be recognised. */
function wholeLines(text: string): string {
  if (text.length <= longestLog) return text;
  const end = text.slice(-longestLog);
  return end.slice(end.indexOf('\n') + 1);
}
// What `dbctl lab` takes from the environment: where labs live, which mirror they come from, and who called sudo.

export interface LabEnvironment {
  /** Where images and hosts' disks are kept; must not be on an overlay file system. */
  readonly root: string;
  /** A Debian mirror to use instead of the one in the machine's own APT sources. */
  readonly mirror: string | undefined;
  /** The person behind sudo: the written files belong to them. Undefined without sudo. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/** Reads `DBCTL_LAB_DIR` (default /var/lib/dbctl-lab), `DBCTL_LAB_MIRROR` and sudo's `SUDO_UID` and `SUDO_GID`. */
export function labEnvironment(env: NodeJS.ProcessEnv = process.env): LabEnvironment {
  const uid = Number.parseInt(env['SUDO_UID'] ?? '', 10);
  const gid = Number.parseInt(env['SUDO_GID'] ?? '', 10);
  return {
    root: env['DBCTL_LAB_DIR'] || '/var/lib/dbctl-lab',
    mirror: env['DBCTL_LAB_MIRROR'] || undefined,
    owner: Number.isNaN(uid) || Number.isNaN(gid) ? undefined : { uid, gid },
  };
}
