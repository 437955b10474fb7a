import { homedir } from 'node:os';

/** What dbctl takes from the session it was started in, to log in on hosts. */
export const loginEnvironment = (env: NodeJS.ProcessEnv = process.env) => ({
  agentSocket: env['SSH_AUTH_SOCK'] || undefined,
  home: env['HOME'] || homedir(),
});

/** NO_COLOR, set to anything but nothing (no-color.org). */
export const declinesColour = (env: NodeJS.ProcessEnv = process.env): boolean => Boolean(env['NO_COLOR']);
