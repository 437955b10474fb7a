import type { Etcd } from '../model/etcd.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { CommandError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { etcdAccess, setAccess, setPatroniPassword, tryEtcdLogin } from './access-query.ts';
import { patroniPrefix, patroniUser } from './etcd.ts';
import { patroniPasswordFile, readEtcdPassword } from './control-host-step.ts';

/** Lets root do everything, Patroni use its prefix, and nobody else do anything; told to one member. */
export function ensureAccess(cluster: Cluster, etcd: Etcd, control: ReadableHost): Step {
  return {
    title: 'Let nobody but Patroni use etcd',
    async diff(host) {
      const { hasRoot, role, hasUser, isAuthOn } = await host.ask(etcdAccess(cluster, etcd));
      return [
        ...(hasRoot ? [] : [change('etcd.root', 'make the user root of etcd', 'root')]),
        ...(role === 'right'
          ? []
          : [change('etcd.role', `let ${patroniUser} use ${patroniPrefix(cluster)} of etcd`, patroniUser)]),
        ...(hasUser ? [] : [change('etcd.user', `make the user ${patroniUser} of etcd`, patroniUser)]),
        ...(isAuthOn ? [] : [change('etcd.auth', 'turn on authentication of etcd')]),
      ];
    },
    async apply(host) {
      const [found, password] = await Promise.all([
        host.ask(etcdAccess(cluster, etcd)),
        passwordFrom(cluster, control),
      ]);
      await host.run(setAccess(cluster, etcd, password, found));
    },
  };
}

async function passwordFrom(cluster: Cluster, control: ReadableHost): Promise<Secret> {
  const password = await readEtcdPassword(cluster, control);
  if (password !== undefined) return password;
  throw new CommandError({
    what: `${control.name} has no ${patroniPasswordFile(cluster)}`,
    next: ['make it: dbctl up'],
  });
}

/** Verifies that etcd lets Patroni in from a node; a password that it does not know is given to it. */
export function ensureEtcdLogin(
  cluster: Cluster,
  etcd: Etcd,
  node: Node,
  { control, speaker }: { readonly control: ReadableHost; readonly speaker: Host },
): Step {
  const what = change('etcd.password', `give the user ${patroniUser} of etcd its password`, patroniUser);
  return ensure("Verify Patroni's login to etcd", what, {
    async isRight(host) {
      const password = await readEtcdPassword(cluster, control);
      return password !== undefined && (await host.ask(tryEtcdLogin(cluster, etcd, node, password))) === true;
    },
    async apply(host) {
      const password = await passwordFrom(cluster, control);
      if ((await host.ask(tryEtcdLogin(cluster, etcd, node, password))) === undefined)
        throw new CommandError({
          what: `no member of etcd answers ${host.name} on port ${etcd.clientPort}`,
          next: ['which links are missing: dbctl doctor'],
        });
      await speaker.run(setPatroniPassword(cluster, etcd, password));
    },
  });
}
