import { homedir } from 'node:os';

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
