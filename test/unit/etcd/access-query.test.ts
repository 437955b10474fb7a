import { expect, test } from 'vitest';
import { parseAccess, setAccess, tryEtcdLogin } from '../../../src/etcd/access-query.ts';
import { Secret } from '../../../src/model/secret.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const roleFor = (...ranges: readonly (readonly [string, string])[]): string =>
  JSON.stringify({
    perm: ranges.map(([key, end]) => ({ permType: 2, key: base64(key), range_end: base64(end) })),
  });

const right = roleFor(['/dbctl/shop/', '/dbctl/shop0']);

test('everything is as it shall be', () => {
  const said = `root={"roles":["root"]}\nuser={"roles":["patroni"]}\nrole=${right}\nauth=on\n`;

  expect(parseAccess(said, '/dbctl/shop/')).toEqual({
    hasRoot: true,
    role: 'right',
    hasUser: true,
    isAuthOn: true,
  });
});

test('nothing is there yet', () => {
  expect(parseAccess('auth=off\n', '/dbctl/shop/')).toEqual({
    hasRoot: false,
    role: 'missing',
    hasUser: false,
    isAuthOn: false,
  });
});

test.each([
  ['that of another cluster', roleFor(['/dbctl/other/', '/dbctl/other0'])],
  ['more than one prefix', roleFor(['/dbctl/shop/', '/dbctl/shop0'], ['/x', '/y'])],
  ['everything', roleFor(['\0', '\0'])],
  ['reading alone', right.replace('"permType":2', '"permType":0')],
  ['nothing', '{}'],
])('a role with rights on %s is wrong', (_, role) => {
  expect(parseAccess(`role=${role}\n`, '/dbctl/shop/').role).toBe('wrong');
});

test('a user with another role too is not right', () => {
  expect(parseAccess('user={"roles":["patroni","root"]}\n', '/dbctl/shop/').hasUser).toBe(false);
});

test('the password travels by standard input alone', () => {
  const cluster = clusterOf({
    CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
    CLUSTER_HA: 'patroni',
  });
  const password = new Secret('a-password-that-nobody-sees');
  const action = setAccess(cluster, cluster.etcd!, password, { role: 'missing' });
  const query = tryEtcdLogin(cluster, cluster.etcd!, cluster.primary, password);

  expect(JSON.stringify([action, query])).not.toContain(password.reveal());
  expect([action, query].every(({ stdin }) => stdin instanceof Secret)).toBe(true);
});
