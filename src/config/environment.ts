import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';

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
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'];
  // "All paths set in these environment variables must be absolute": others are ignored.
  return join(base?.startsWith('/') ? base : join(env['HOME'] || homedir(), '.cache'), 'dbctl', 'programs');
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
export function stateDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_STATE_HOME'];
  return join(base?.startsWith('/') ? base : join(env['HOME'] || homedir(), '.local/state'), 'dbctl');
}
