import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { tryLogins } from '../../../src/postgres/logins.ts';

const role = (name: string, password: string) => ({ name, password: new Secret(password) });
const target = {
  binDirectory: '/usr/lib/postgresql/17/bin',
  host: 'fd00::11',
  port: 5432,
  database: 'shop',
  caFile: '/etc/dbctl/shop/pg1/ca.crt',
};
const query = tryLogins(target, [
  { role: role('shop_app', `a:b\\c'd`) },
  { role: role('replicator', 'replication-password'), replication: true },
]);

test('each login is a connection string with the name verified, and no password', () => {
  expect(query.argv.slice(5)).toMatchInlineSnapshot(`
    [
      "host='fd00::11' port='5432' user='shop_app' dbname='shop' sslmode='verify-full' sslrootcert='/etc/dbctl/shop/pg1/ca.crt' connect_timeout='10' application_name='dbctl'",
      "host='fd00::11' port='5432' user='replicator' replication='true' sslmode='verify-full' sslrootcert='/etc/dbctl/shop/pg1/ca.crt' connect_timeout='10' application_name='dbctl'",
    ]
  `);
  expect(JSON.stringify(query)).not.toContain('replication-password');
});

test('passwords come by stdin, as lines of a password file', () => {
  expect(query.stdin).toBeInstanceOf(Secret);
  expect((query.stdin as Secret).reveal()).toBe(
    `fd00\\:\\:11:5432:*:shop_app:a\\:b\\\\c'd\nfd00\\:\\:11:5432:*:replicator:replication-password\n`,
  );
});

test.each([
  ['both work', 'ok\nok\n', [undefined, undefined]],
  [
    'one is refused',
    'ok\nfailed: psql: error: password authentication failed \n',
    [undefined, 'psql: error: password authentication failed'],
  ],
  ['the script was cut off', 'ok\n', [undefined, 'no answer']],
  ['there is no answer', '', ['no answer', 'no answer']],
  ['the answer is nonsense', 'okay\nok ok\n', ['okay', 'ok ok']],
])('when %s, each role gets its own answer', (_reason, stdout, problems) => {
  expect(query.parse(stdout)).toEqual([
    { role: 'shop_app', problem: problems[0] },
    { role: 'replicator', problem: problems[1] },
  ]);
});
