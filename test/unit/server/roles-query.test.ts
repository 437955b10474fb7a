import { expect, test } from 'vitest';
import { wantedRoles } from '../../../src/server/role-changes.ts';
import { verifierMatches } from '../../../src/postgres/scram.ts';
import { foundRoles, ensureRolesStatements } from '../../../src/server/roles-query.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const socket = { binDirectory: '/usr/lib/postgresql/17/bin', port: 5432 };
const wanted = wantedRoles(clusterOf());
const statements = (options: { exists: boolean; keepPassword: boolean }): readonly string[] =>
  ensureRolesStatements(wanted.map((role) => ({ ...role, ...options })));

test('roles that exist with their passwords are altered in place', () => {
  expect(statements({ exists: true, keepPassword: true })).toMatchInlineSnapshot(`
    [
      "set local log_statement = 'none'",
      "set local log_min_error_statement = 'panic'",
      "set local log_min_duration_statement = -1",
      "set local log_min_duration_sample = -1",
      "set local log_transaction_sample_rate = 0",
      "set local pg_stat_statements.track = 'none'",
      "alter role "shop_admin" login noreplication nosuperuser nocreaterole nocreatedb nobypassrls inherit valid until 'infinity' connection limit 80",
      "grant "pg_monitor" to "shop_admin"",
      "grant "shop_app" to "shop_admin"",
      "alter role "shop_app" login noreplication nosuperuser nocreaterole nocreatedb nobypassrls inherit valid until 'infinity' connection limit 80",
      "alter role "shop_readonly" login noreplication nosuperuser nocreaterole nocreatedb nobypassrls inherit valid until 'infinity' connection limit 80",
      "alter role "shop_readonly" set default_transaction_read_only = 'on'",
      "alter role "replicator" login replication nosuperuser nocreaterole nocreatedb nobypassrls inherit valid until 'infinity' connection limit 40",
    ]
  `);
});

test('roles that are missing are all made before one is granted to another', () => {
  const made = statements({ exists: false, keepPassword: true });
  const lastCreate = made.findLastIndex((one) => one.startsWith('create role'));

  expect(made.filter((one) => one.startsWith('create role'))).toHaveLength(4);
  expect(lastCreate).toBeLessThan(made.findIndex((one) => one.startsWith('grant')));
});

test('a password goes as a verifier, after the log was told to be silent', () => {
  const said = statements({ exists: true, keepPassword: false });
  const first = said.findIndex((one) => one.includes(' password '));
  const verifiers = said.flatMap((one) => / password '([^']+)'$/.exec(one)?.[1] ?? []);

  expect(said.slice(0, first).filter((one) => one.startsWith('set local log_'))).toHaveLength(5);
  expect(said.join('\n')).not.toMatch(/(admin|writer|reader|replication)-password/);
  expect(verifiers.map((one, index) => verifierMatches(wanted[index]!.password.reveal(), one))).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test('an awkward role name stays one name', () => {
  const [role] = wanted;
  const said = ensureRolesStatements([{ ...role!, name: `a"b'c`, exists: false, keepPassword: true }]);

  expect(said).toContain(`create role "a""b'c"`);
  expect(foundRoles(socket, [`a"b'c`]).stdin).toContain(`rolname in ('a"b''c')`);
});

test('found roles are read from JSON', () => {
  const role = {
    name: 'shop_app',
    canLogin: true,
    isPowerful: false,
    replication: false,
    connectionLimit: -1,
    verifier: '',
    memberOf: [],
    settings: ['a=b'],
  };

  expect(foundRoles(socket, ['shop_app']).parse(JSON.stringify([role]))).toEqual([role]);
  expect(foundRoles(socket, ['shop_app']).parse('[]')).toEqual([]);
});

test.each(['', 'null', '[{}]', '{"name": "x"}', 'ERROR:  permission denied'])('%j is no answer', (stdout) => {
  expect(() => foundRoles(socket, ['shop_app']).parse(stdout)).toThrow();
});
