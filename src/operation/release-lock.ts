import { operatorName } from '../config/environment.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { besideTheLock } from '../host/operation-hooks.ts';
import { withHosts } from '../host/with-hosts.ts';
import type { Cluster } from '../model/cluster.ts';
import { lockText } from './lock-text.ts';
import { lockHolder, releaseLock } from './lock-query.ts';
import type { Holder } from './operation.ts';

interface ReleaseAccess {
  readonly login: LoginOptions;
  readonly confirm: (name: string, what: string) => Promise<void>;
}

/** Takes the lock away from the operation that has it, and answers which that was. */
export const releaseHeldLock = (
  { name, control, ssh }: Cluster,
  { login, confirm }: ReleaseAccess,
): Promise<Holder | 'unknown' | undefined> =>
  withHosts(
    [control],
    { ...login, ssh },
    async (hosts) => {
      const host = hosts.get(control.name);
      const holder = await host.ask(lockHolder(name));
      if (holder === undefined || holder === 'unknown') return holder;
      const what = `${lockText(name, holder)}It stops before its next change; its long-running work continues.`;
      await confirm(name, what);
      await host.run(releaseLock(name, holder, operatorName()));
      return holder;
    },
    besideTheLock,
  );
