import { expect, test } from 'vitest';
import { databaseOwner, missingPrivileges, privileges } from '../../../src/server/privileges-query.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const socket = { binDirectory: '/usr/lib/postgresql/17/bin', port: 5432, database: 'shop' };
const wanted = privileges(clusterOf());

test('who may do what is a list that can be read aloud', () => {
  expect(wanted.map(({ change }) => change)).toMatchInlineSnapshot(`
    [
      "close database shop to everybody else",
      "grant CONNECT on database shop to shop_app",
      "grant TEMPORARY on database shop to shop_app",
      "grant CONNECT on database shop to shop_readonly",
      "close schema public to everybody else",
      "grant USAGE on schema public to shop_app",
      "grant CREATE on schema public to shop_app",
      "grant USAGE on schema public to shop_readonly",
      "grant shop_readonly SELECT on tables that shop_admin will make",
      "grant shop_readonly SELECT on sequences that shop_admin will make",
      "grant shop_readonly SELECT on tables that shop_app will make",
      "grant shop_readonly SELECT on sequences that shop_app will make",
      "grant shop_readonly USAGE on schemas that shop_admin will make",
      "grant shop_app USAGE on schemas that shop_admin will make",
      "grant shop_app SELECT, INSERT, UPDATE, DELETE on tables that shop_admin will make",
      "grant shop_app USAGE, SELECT on sequences that shop_admin will make",
      "let shop_admin see signal files",
    ]
  `);
});

test('each privilege has the statement that makes it hold', () => {
  expect(wanted.map(({ statement }) => statement)).toMatchInlineSnapshot(`
    [
      "revoke all on database "shop" from public",
      "grant CONNECT on database "shop" to "shop_app"",
      "grant TEMPORARY on database "shop" to "shop_app"",
      "grant CONNECT on database "shop" to "shop_readonly"",
      "revoke all on schema public from public",
      "grant USAGE on schema public to "shop_app"",
      "grant CREATE on schema public to "shop_app"",
      "grant USAGE on schema public to "shop_readonly"",
      "alter default privileges for role "shop_admin" grant SELECT on TABLES to "shop_readonly"",
      "alter default privileges for role "shop_admin" grant SELECT on SEQUENCES to "shop_readonly"",
      "alter default privileges for role "shop_app" grant SELECT on TABLES to "shop_readonly"",
      "alter default privileges for role "shop_app" grant SELECT on SEQUENCES to "shop_readonly"",
      "alter default privileges for role "shop_admin" grant USAGE on SCHEMAS to "shop_readonly"",
      "alter default privileges for role "shop_admin" grant USAGE on SCHEMAS to "shop_app"",
      "alter default privileges for role "shop_admin" grant SELECT, INSERT, UPDATE, DELETE on TABLES to "shop_app"",
      "alter default privileges for role "shop_admin" grant USAGE, SELECT on SEQUENCES to "shop_app"",
      "grant execute on function pg_catalog.pg_stat_file(text, boolean) to "shop_admin"",
    ]
  `);
});

test('the reader is never given more than reading', () => {
  const forReader = wanted.filter(({ statement }) => statement.endsWith('to "shop_readonly"'));

  expect(forReader).toHaveLength(7);
  expect(forReader.map(({ statement }) => statement).join()).not.toMatch(
    /INSERT|UPDATE|DELETE|TRUNCATE|CREATE|TEMP/,
  );
});

test('a name with a capital letter or a dash stays one name', () => {
  const odd = privileges(clusterOf({ POSTGRES_DB: 'Shop-2', POSTGRES_APP_USER: 'App-2' }));

  expect(odd[1]).toMatchObject({
    statement: 'grant CONNECT on database "Shop-2" to "App-2"',
    holds: expect.stringContaining("datname = 'Shop-2'"),
  });
});

test('those that do not hold are missing', () => {
  const holds = wanted.map((_, index) => index !== 1 && index !== 4);

  expect(missingPrivileges(socket, wanted).parse(JSON.stringify(holds))).toEqual([wanted[1], wanted[4]]);
});

test('a privilege without an answer counts as missing', () => {
  expect(missingPrivileges(socket, wanted).parse('[]')).toEqual(wanted);
  expect(() => missingPrivileges(socket, wanted).parse('[null]')).toThrow();
});

test('they are all asked for in one question', () => {
  const { stdin } = missingPrivileges(socket, wanted.slice(0, 2));

  expect(stdin).toBe(`select json_build_array(${wanted[0]?.holds}, ${wanted[1]?.holds});\n`);
});

test.each([
  ['"shop_admin"', 'shop_admin'],
  ['null', null],
])('the owner %s is %s', (stdout, owner) => {
  expect(databaseOwner(socket, 'shop').parse(stdout)).toBe(owner);
});

test('an owner that is no name is no answer', () => {
  expect(() => databaseOwner(socket, 'shop').parse('16384')).toThrow();
});
