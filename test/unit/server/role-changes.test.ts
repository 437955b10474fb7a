import { textsOf } from '../../../src/engine/step.ts';
import { expect, test } from 'vitest';
import { roleChanges, wantedRoles, type FoundRole } from '../../../src/server/role-changes.ts';
import { scramVerifier } from '../../../src/postgres/scram.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const [admin, writer, reader, replication] = wantedRoles(clusterOf());

/** The writer as PostgreSQL has it after dbctl made it. */
const found: FoundRole = {
  name: 'shop_app',
  canLogin: true,
  isPowerful: false,
  replication: false,
  connectionLimit: 80,
  verifier: scramVerifier('writer-password'),
  memberOf: [],
  settings: [],
};

test('each role may do its own work and no more', () => {
  expect(admin).toMatchObject({
    name: 'shop_admin',
    memberOf: ['pg_monitor', 'shop_app'],
    replication: false,
  });
  expect(writer).toMatchObject({ name: 'shop_app', memberOf: [], replication: false });
  expect(reader).toMatchObject({
    name: 'shop_readonly',
    memberOf: [],
    settings: { default_transaction_read_only: 'on' },
  });
  expect(replication).toMatchObject({ name: 'replicator', memberOf: [], replication: true });
});

test.each<[string, Record<string, string>, readonly number[]]>([
  ['a leaking application leaves 20 of the default 100 sessions', {}, [80, 80, 80, 40]],
  ['more sessions leave more', { POSTGRES_CONF_max_connections: '300' }, [280, 280, 280, 40]],
  ['few sessions leave at least one', { POSTGRES_CONF_max_connections: '20' }, [1, 1, 1, 40]],
  ['replication may use every WAL sender', { POSTGRES_CONF_max_wal_senders: '25' }, [80, 80, 80, 25]],
])('%s', (_reason, settings, limits) => {
  expect(wantedRoles(clusterOf(settings)).map(({ connectionLimit }) => connectionLimit)).toEqual(limits);
});

test.each<[string, Partial<FoundRole>, readonly string[]]>([
  ['a role that is as wanted stays', {}, []],
  ['more memberships than wanted are left alone', { memberOf: ['pg_read_all_data'] }, []],
  [
    'another password is changed',
    { verifier: scramVerifier('another-password') },
    ['change the password of role shop_app'],
  ],
  ['no password is changed', { verifier: '' }, ['change the password of role shop_app']],
  ['an MD5 hash is changed', { verifier: 'md5abc' }, ['change the password of role shop_app']],
  ['a role that may not log in', { canLogin: false }, ['correct the attributes of role shop_app']],
  ['a superuser', { isPowerful: true }, ['correct the attributes of role shop_app']],
  ['a role that may read all WAL', { replication: true }, ['correct the attributes of role shop_app']],
  ['no limit of sessions', { connectionLimit: -1 }, ['correct the attributes of role shop_app']],
  [
    'everything at once',
    { verifier: '', canLogin: false },
    ['change the password of role shop_app', 'correct the attributes of role shop_app'],
  ],
])('%s', (_reason, difference, changes) => {
  expect(textsOf(roleChanges(writer!, { ...found, ...difference }))).toEqual(changes);
});

test('a role that does not exist is made', () => {
  expect(textsOf(roleChanges(writer!, undefined))).toEqual(['create role shop_app']);
});

test('a membership that is missing is named', () => {
  const half = { ...found, verifier: scramVerifier('admin-password') };

  expect(textsOf(roleChanges(admin!, { ...half, memberOf: ['shop_app'] }))).toEqual([
    'make shop_admin a member of pg_monitor',
  ]);
});

test.each([
  ['missing', []],
  ['of another value', ['default_transaction_read_only=off']],
])('a setting of the session that is %s is corrected', (_reason, settings) => {
  const half = { ...found, verifier: scramVerifier('reader-password') };

  expect(textsOf(roleChanges(reader!, { ...half, settings }))).toEqual([
    'correct the attributes of role shop_readonly',
  ]);
  expect(textsOf(roleChanges(reader!, { ...half, settings: ['default_transaction_read_only=on'] }))).toEqual(
    [],
  );
});

test('no change says a password', () => {
  const said = wantedRoles(clusterOf()).flatMap((role) =>
    textsOf(roleChanges(role, { ...found, verifier: '' })),
  );

  expect(said.length).toBeGreaterThan(4);
  expect(said.join()).not.toMatch(/-password/);
});

test('a password that somebody logs in with is left when that is asked for, and nothing else is', () => {
  const other = { ...found, verifier: scramVerifier('another-password') };

  expect(textsOf(roleChanges(writer!, other, 'leave'))).toEqual([]);
  expect(textsOf(roleChanges(writer!, { ...other, canLogin: false }, 'leave'))).toEqual([
    'correct the attributes of role shop_app',
  ]);
  expect(textsOf(roleChanges(writer!, undefined, 'leave'))).toEqual(['create role shop_app']);
});
