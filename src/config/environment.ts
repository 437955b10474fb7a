// What dbctl takes from the environment of the person who runs it.

import { homedir } from 'node:os';

export interface Environment {
  /** The agent of the session: SSH_AUTH_SOCK. */
  readonly agentSocket: string | undefined;
  readonly home: string;
  /** NO_COLOR is set (https://no-color.org). */
  readonly declinesColour: boolean;
}

export const environment = (env: NodeJS.ProcessEnv = process.env): Environment => ({
  agentSocket: env['SSH_AUTH_SOCK'] || undefined,
  home: env['HOME'] || homedir(),
  declinesColour: (env['NO_COLOR'] ?? '') !== '',
});
