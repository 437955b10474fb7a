import { expect, test } from 'vitest';
import { wantedRoles, type FoundRole } from '../../../src/server/role-changes.ts';
import { scramVerifier } from '../../../src/postgres/scram.ts';
import { acceptsConnections } from '../../../src/postgres/instance.ts';
import { databaseOwner, privileges } from '../../../src/server/privileges-query.ts';
import { ensureDatabase, ensurePrivileges } from '../../../src/server/database-step.ts';
import { ensureRoles, rolesWithOtherPassword } from '../../../src/server/roles-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, json, when, whenSql, yesOrNo } from '../../support/answering.ts';
import { plan, primary, run, shop } from '../../support/shop.ts';

const asWanted: readonly FoundRole[] = wantedRoles(shop).map((role) => ({
  ...role,
  canLogin: true,
  isPowerful: false,
  verifier: scramVerifier(role.password.reveal()),
  settings: Object.entries(role.settings).map(([name, value]) => `${name}=${value}`),
}));

interface Content {
  running: boolean;
  roles: readonly FoundRole[];
  owner: string | null;
  holds: readonly boolean[];
}

/** A server with whatever is in it. */
function serverWith(content: Partial<Content> = {}) {
  const all = privileges(shop).map(() => true);
  const now: Content = { running: true, roles: asWanted, owner: 'shop_admin', holds: all, ...content };
  const fake = fakeHost(
    {},
    answering(
      when(acceptsConnections(primary), () => yesOrNo(now.running)),
      whenSql('from pg_authid', () => json(now.roles)),
      whenSql('alter role', () => void (now.roles = asWanted)),
      when(databaseOwner(primary, 'shop'), () => json(now.owner)),
      whenSql('create database', () => void (now.owner = 'shop_admin')),
      whenSql('alter database', () => void (now.owner = 'shop_admin')),
      whenSql('json_build_array', () => json(now.holds)),
      whenSql('grant', () => void (now.holds = all)),
      whenSql('revoke', () => void (now.holds = all)),
    ),
  );
  return { ...fake, now };
}

test.each([
  ['roles are made', ensureRoles(shop, primary, { passwords: 'change' }), { roles: [] }, 4],
  ['the database is made', ensureDatabase(shop, primary), { owner: null }, 1],
  ['the database gets its owner', ensureDatabase(shop, primary), { owner: 'postgres' }, 1],
  ['privileges are granted', ensurePrivileges(shop, primary), { holds: [] }, 17],
])('%s: planned, done once, then in place', async (_reason, step, content, count) => {
  const { host, ran } = serverWith(content);

  expect((await plan(step, host)).changes).toHaveLength(count);
  expect(ran).toEqual([]);
  expect((await run(step, host)).status).toBe('changed');
  expect(ran).toHaveLength(1);
  expect((await run(step, host)).status).toBe('in place');
});

test.each([
  ['roles', ensureRoles(shop, primary, { passwords: 'change' }), 'create role shop_admin'],
  ['the database', ensureDatabase(shop, primary), 'create database shop'],
  ['privileges', ensurePrivileges(shop, primary), 'grant CONNECT on database shop to shop_app'],
])('a dry run on a host without a server plans %s', async (_what, step, change) => {
  const { host } = serverWith({ running: false });

  expect((await plan(step, host)).changes).toContain(change);
});

test('only the role that differs gets a new verifier, and no password is sent', async () => {
  const { host, inputs, now } = serverWith();
  now.roles = asWanted.map((role) => (role.name === 'shop_app' ? { ...role, verifier: '' } : role));

  expect((await run(ensureRoles(shop, primary, { passwords: 'change' }), host)).changes).toEqual([
    'change the password of role shop_app',
  ]);
  expect(inputs[0]?.match(/ password '/g)).toHaveLength(1);
  expect(inputs[0]).toMatch(/alter role "shop_app" login .* password 'SCRAM-SHA-256\$/);
  expect(inputs[0]).not.toContain('writer-password');
});

test('only what is missing is granted', async () => {
  const { host, inputs, now } = serverWith();
  now.holds = privileges(shop).map((_, index) => index !== 1);

  await run(ensurePrivileges(shop, primary), host);

  expect(inputs[0]).toContain('grant CONNECT on database "shop" to "shop_app";');
  expect(inputs[0]).not.toContain('revoke');
});

test('a database that exists is never made anew', async () => {
  const { host, inputs } = serverWith({ owner: 'postgres' });

  await run(ensureDatabase(shop, primary), host);

  expect(inputs).toEqual(['alter database "shop" owner to "shop_admin";\n']);
});

test('a password that differs is named, and not sent when it is to be left', async () => {
  const [admin, writer, ...others] = asWanted;
  const other = scramVerifier('set-by-hand');
  const roles = [admin!, { ...writer!, verifier: other, connectionLimit: -1 }, ...others];
  const { host, inputs } = serverWith({ roles });

  expect(await rolesWithOtherPassword(shop, primary, host)).toEqual(['shop_app']);
  const { changes } = await run(ensureRoles(shop, primary, { passwords: 'leave' }), host);

  expect(changes).toEqual(['correct the attributes of role shop_app']);
  expect(inputs.join('')).not.toContain(' password ');
});

const agreeing = (...agreed: readonly string[]) => ensureRoles(shop, primary, { passwords: { agreed } });

test('a password is changed only where that was agreed to, and nothing is changed before that is known', async () => {
  const roles = asWanted.map((role) => ({
    ...role,
    verifier: scramVerifier('set-by-hand'),
    isPowerful: true,
  }));
  const { host, inputs } = serverWith({ roles });
  const names = roles.map(({ name }) => name);

  expect((await plan(agreeing(), host)).changes).toContain('change the password of role shop_app');
  await expect(run(agreeing(...names.slice(1)), host)).rejects.toMatchObject({
    exitCode: 8,
    message: `no password was changed: nobody has agreed to it for ${names[0]}`,
  });
  expect(inputs).toEqual([]);
  expect((await run(agreeing(...names), host)).status).toBe('changed');
});

test('a role that does not exist yet needs nobody to agree to its password', async () => {
  const { host } = serverWith({ roles: asWanted.slice(1) });

  expect((await run(ensureRoles(shop, primary, { passwords: { agreed: [] } }), host)).changes).toEqual([
    'create role shop_admin',
  ]);
});
