// Where etcd of a cluster has its files, what its members are called, and what Patroni may do in it.

import { hostAndPort, sameHost } from '../model/address.ts';
import type { Etcd } from '../model/etcd.ts';
import type { Cluster, Machine } from '../model/cluster.ts';

type Named = Pick<Cluster, 'name'>;

/** Its own unit, so that what somebody else has in the etcd.service of the package goes on beside it. */
export function etcdFiles({ name }: Named) {
  const directory = `/etc/dbctl/${name}/_etcd`;
  const unit = `dbctl-etcd-${name}.service`;
  return {
    directory,
    authority: `${directory}/ca.crt`,
    /** What a member shows to clients and to other members. */
    certificate: `${directory}/server.crt`,
    key: `${directory}/server.key`,
    /** Who shows it is etcd's root. */
    rootCertificate: `${directory}/root.crt`,
    rootKey: `${directory}/root.key`,
    environment: `${directory}/etcd.env`,
    /** Whom a member without data asks. */
    firstStart: `${directory}/first-start.env`,
    unit,
    unitFile: `/etc/systemd/system/${unit}`,
    stateDirectory: `dbctl-etcd-${name}`,
    data: `/var/lib/dbctl-etcd-${name}`,
  };
}

/** What Patroni shows to etcd, on the host of its node. */
export function etcdClientFiles({ name }: Named, node: { readonly name: string }) {
  const directory = `/etc/dbctl/${name}/${node.name}/etcd`;
  return {
    directory,
    authority: `${directory}/ca.crt`,
    certificate: `${directory}/client.crt`,
    key: `${directory}/client.key`,
  };
}

/** The user of etcd, and its role, that Patroni has. */
export const patroniUser = 'patroni';

/** Patroni's own word for where its keys are: below it and the name of the cluster, which is its scope. */
export const patroniNamespace = '/dbctl/';
export const patroniPrefix = ({ name }: Named): string => `${patroniNamespace}${name}/`;

/** "10.0.0.10:2379": where clients reach the members. */
export const etcdEndpoints = ({ members, clientPort }: Etcd): readonly string[] =>
  members.map(({ host }) => hostAndPort({ host, port: clientPort }));

/** How the members reach this one; by it they are told apart. */
export const peerUrlOf = ({ peerPort }: Etcd, { host }: Machine): string =>
  `https://${hostAndPort({ host, port: peerPort })}`;

/** Whether a member runs there. */
export const isEtcdMember = ({ etcd }: Pick<Cluster, 'etcd'>, { host }: Pick<Machine, 'host'>): boolean =>
  etcd?.members.some((member) => sameHost(member.host, host)) ?? false;
