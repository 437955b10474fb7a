// Commands that log in on hosts to look at them. Without the hooks of an operation, their hosts cannot be changed: a `run`
// that tries does not compile.

import { loginEnvironment } from '../config/environment.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { commandsOf } from './command.ts';
import { repeated, type Values } from './flags.ts';

export interface LookAccess {
  readonly login: LoginOptions;
}

export const hostFlags = {
  acceptHostKey: repeated(
    '--accept-host-key <fingerprint>',
    'trust an unknown host with this key (SHA256:…) and add it to known_hosts; repeatable',
  ),
};

export const loginOf = ({ acceptHostKey }: Values<typeof hostFlags>): LoginOptions => ({
  ...loginEnvironment(),
  acceptHostKeys: acceptHostKey,
});

export const lookCommand = commandsOf<typeof hostFlags, LookAccess>({
  flags: hostFlags,
  reachesHosts: true,
  login: loginOf,
  access: (_flags, _typed, login) => ({ login }),
});
