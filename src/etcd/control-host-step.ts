// What the control host keeps of etcd: the password with which Patroni logs in, which is made once and typed by nobody, and
// that it was set up.

import { randomBytes } from 'node:crypto';
import type { Cluster } from '../model/cluster.ts';
import { Secret } from '../model/secret.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { ownFile } from '../system/own-file.ts';

export const patroniPasswordFile = ({ name }: Pick<Cluster, 'name'>): string =>
  `/etc/dbctl/${name}/_patroni/etcd-password`;

/** As the control host has it; undefined before it was made. */
export async function readEtcdPassword(cluster: Cluster, control: ReadableHost): Promise<Secret | undefined> {
  const text = (await control.readFile(patroniPasswordFile(cluster)))?.content.trim() ?? '';
  return text === '' ? undefined : new Secret(text);
}

/** Makes it, on the control host. */
export const ensureEtcdPassword = (cluster: Cluster): Step => {
  const path = patroniPasswordFile(cluster);
  return ensure("Make Patroni's password for etcd", change('file.write', `write ${path}`, path), {
    isRight: async (host) => (await readEtcdPassword(cluster, host)) !== undefined,
    apply: (host) =>
      host.writeFile(path, new Secret(`${randomBytes(24).toString('base64url')}\n`), {
        owner: 'root:root',
        mode: 0o600,
      }),
  });
};

const markFile = ({ name }: Pick<Cluster, 'name'>): string => `/etc/dbctl/${name}/_patroni/etcd-was-set-up`;

/** From now on, members without data must not begin a new etcd among themselves. */
export const rememberEtcd = (cluster: Cluster): Step =>
  ownFile('Remember that etcd was set up', {
    path: markFile(cluster),
    content: 'Its members keep who leads: one that has lost its data is taken in by the others.\n',
  });

export const wasSetUp = async (cluster: Cluster, control: ReadableHost): Promise<boolean> =>
  (await control.readFile(markFile(cluster))) !== undefined;
