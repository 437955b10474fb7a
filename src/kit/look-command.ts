// Commands that log in on hosts to look at them. Their hosts cannot be changed: a `run` that tries does not compile.

import type { Cluster, Machine } from '../model/cluster.ts';
import { loginEnvironment } from '../config/environment.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import type { ReadableHost } from '../host/host.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { commandsOf } from './command.ts';
import { repeated, type Values } from './flags.ts';

/** Logs in on machines of a cluster, and hangs up when the work is done. */
export type LookAt = <Answer>(
  cluster: Cluster,
  machines: readonly Machine[],
  work: (hosts: HostSet<ReadableHost>) => Promise<Answer>,
) => Promise<Answer>;

export interface LookAccess {
  readonly login: LoginOptions;
  readonly lookAt: LookAt;
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

export const lookingWith =
  (login: LoginOptions): LookAt =>
  async ({ ssh }, machines, work) => {
    const { withHosts } = await import('../host/with-hosts.ts');
    return withHosts(machines, { ...login, ssh }, work);
  };

export const lookCommand = commandsOf<typeof hostFlags, LookAccess>({
  flags: hostFlags,
  reachesHosts: true,
  login: loginOf,
  access: (_flags, _typed, login) => ({ login, lookAt: lookingWith(login) }),
});
