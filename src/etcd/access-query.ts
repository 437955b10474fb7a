// Who may do what in etcd: its users, their roles, and whether it asks who one is.

import * as v from 'valibot';
import type { Etcd } from '../model/etcd.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { fieldsIn, parseJson } from '../model/answers.ts';
import { Secret } from '../model/secret.ts';
import { action, loneQuery, type Action, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { etcdClientFiles, etcdEndpoints, etcdFiles, patroniPrefix, patroniUser } from './etcd.ts';

export interface EtcdAccess {
  /** Whether who has root's certificate may do everything. */
  readonly hasRoot: boolean;
  /** Patroni's role: whether it is there, and whether it may use the prefix and nothing else. */
  readonly role: 'right' | 'wrong' | 'missing';
  readonly hasUser: boolean;
  readonly isAuthOn: boolean;
}

const words = (cluster: Cluster, { clientPort }: Etcd): readonly [string, string] => [
  etcdFiles(cluster).directory,
  String(clientPort),
];

export const etcdAccess = (cluster: Cluster, etcd: Etcd): Query<EtcdAccess> => ({
  ...loneQuery(
    script('etcd/access.sh', ...words(cluster, etcd), patroniUser, patroniUser),
    (stdout) => parseAccess(stdout, patroniPrefix(cluster)),
    { timeoutMs: 60_000 },
  ),
  isRepeated: true,
});

const User = v.looseObject({ roles: v.optional(v.array(v.string()), []) });
const Role = v.looseObject({
  perm: v.optional(
    v.array(
      v.looseObject({
        permType: v.optional(v.number(), 0),
        key: v.string(),
        range_end: v.optional(v.string(), ''),
      }),
    ),
    [],
  ),
});

const readWrite = 2;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** The first text that does not begin with the prefix any more. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCodePoint(prefix.codePointAt(prefix.length - 1)! + 1);

export function parseAccess(stdout: string, prefix: string): EtcdAccess {
  const { of } = fieldsIn(stdout);
  const rolesOf = (name: string): readonly string[] | undefined => {
    const found = v.safeParse(User, parseJson(of(name)));
    return found.success ? found.output.roles : undefined;
  };
  const role = v.safeParse(Role, parseJson(of('role')));
  const rights = role.success ? role.output.perm : [];
  const isRight =
    rights.length === 1 &&
    rights.every(
      ({ permType, key, range_end: end }) =>
        permType === readWrite && key === base64(prefix) && end === base64(endOf(prefix)),
    );
  return {
    hasRoot: rolesOf('root')?.includes('root') ?? false,
    role: role.success ? (isRight ? 'right' : 'wrong') : 'missing',
    hasUser: rolesOf('user')?.join() === patroniUser,
    isAuthOn: of('auth') === 'on',
  };
}

/** Makes all of it so. */
export const setAccess = (
  cluster: Cluster,
  etcd: Etcd,
  password: Secret,
  { role }: Pick<EtcdAccess, 'role'>,
): Action =>
  action(
    script(
      'etcd/set-access.sh',
      ...words(cluster, etcd),
      patroniUser,
      patroniPrefix(cluster),
      role === 'wrong' ? 'yes' : 'no',
    ),
    { stdin: new Secret(`${password.reveal()}\n`), timeoutMs: 120_000 },
  );

export const setPatroniPassword = (cluster: Cluster, etcd: Etcd, password: Secret): Action =>
  action(script('etcd/set-password.sh', ...words(cluster, etcd), patroniUser), {
    stdin: new Secret(`${password.reveal()}\n`),
    timeoutMs: 30_000,
  });

/** Whether Patroni is let in, tried from its node as it does it; undefined when no member answers. */
export const tryEtcdLogin = (
  cluster: Cluster,
  etcd: Etcd,
  node: Node,
  password: Secret,
): Query<boolean | undefined> => {
  const { authority, certificate, key } = etcdClientFiles(cluster, node);
  const request = JSON.stringify({ name: patroniUser, password: password.reveal() });
  return {
    ...loneQuery(
      script('etcd/log-in.sh', authority, certificate, key, ...etcdEndpoints(etcd)),
      (stdout) => ({ yes: true, no: false })[stdout.trim()],
      { stdin: new Secret(request), timeoutMs: 60_000 },
    ),
    isRepeated: true,
  };
};
