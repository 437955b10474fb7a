import { expect, test } from 'vitest';
import { verifyLogins } from '../../../src/server/verify-logins-step.ts';
import { verifyReplicationLogin } from '../../../src/server/verify-replication-login-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { pg1, pg2, run, shop } from '../../support/shop.ts';

/** A host that answers so to logins; `running` is whether its own server is. */
const hostThatSays = (answer: string, { running = true, files = {} } = {}) =>
  fakeHost(files, (argv, stdin) => {
    if (argv[2]?.includes('echo not running') && !running) return 'not running\n';
    return stdin.includes(':*:') ? answer : undefined;
  });
const withAuthority = { files: { '/etc/dbctl/shop/pg2/ca.crt': 'a certificate' } };

test('logins that work change nothing', async () => {
  const { host, ran } = hostThatSays('ok\nok\nok\nok\n');

  expect(await run(verifyLogins(shop, pg1), host)).toEqual({ status: 'in place', changes: [] });
  expect(ran).toEqual([]);
});

test('a role whose password is known to differ is not tried', async () => {
  const { host } = hostThatSays('ok\nok\nok\n');

  expect((await run(verifyLogins(shop, pg1, ['shop_app']), host)).status).toBe('in place');
});

test('nobody logs in on a server that does not run yet', async () => {
  const { host } = hostThatSays('', { running: false });

  expect((await run(verifyLogins(shop, pg1), host)).status).toBe('in place');
});

test('every role that cannot log in is named, with what libpq said', async () => {
  const { host } = hostThatSays('ok\nfailed: no password \nok\nfailed: no entry in pg_hba.conf \n');

  await expect(run(verifyLogins(shop, pg1), host)).rejects.toMatchObject({
    exitCode: 6,
    message: 'shop_app, replicator cannot log in on pg1',
    why: 'shop_app: no password\nreplicator: no entry in pg_hba.conf',
    next: ['read the log of pg1: dbctl logs pg1', expect.any(String)],
  });
});

test('a host that says nothing has not verified anything', async () => {
  await expect(run(verifyLogins(shop, pg1), hostThatSays('').host)).rejects.toMatchObject({
    why: expect.stringContaining('replicator: no answer'),
  });
});

test('a replica that may log in for replication goes on', async () => {
  const { host } = hostThatSays('ok\n', withAuthority);

  expect((await run(verifyReplicationLogin(shop, pg2), host)).status).toBe('in place');
});

test('in a dry run there may be no CA yet to verify the primary with', async () => {
  expect((await run(verifyReplicationLogin(shop, pg2), hostThatSays('failed: x').host)).status).toBe(
    'in place',
  );
});

test('a wrong replication password stops before anything is cloned', async () => {
  const { host } = hostThatSays('failed: password authentication failed \n', withAuthority);

  await expect(run(verifyReplicationLogin(shop, pg2), host)).rejects.toMatchObject({
    exitCode: 4,
    message: 'pg2 cannot log in on pg1 as replicator',
    why: 'password authentication failed',
    next: [expect.stringContaining('dbctl init-primary'), expect.stringContaining('dbctl logs pg1')],
  });
});

test.each([
  ['password authentication failed', 'is set'],
  ['role "replicator" does not exist', 'is made'],
])('%s is no reason to stop where the role %s before', async (problem) => {
  const { host } = hostThatSays(`failed: ${problem} \n`, withAuthority);

  await expect(run(verifyReplicationLogin(shop, pg2, { setsRoles: true }), host)).rejects.toMatchObject({
    exitCode: 6,
    why: problem,
  });
  await expect(run(verifyReplicationLogin(shop, pg2), host)).rejects.toMatchObject({ exitCode: 4 });
});

test('a check has nothing to apply', async () => {
  const { host, ran } = fakeHost();

  await verifyLogins(shop, pg1).apply(host, () => {});
  await verifyReplicationLogin(shop, pg2).apply(host, () => {});

  expect(ran).toEqual([]);
});
