import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openLogins } from '../../src/host/logins.ts';
import { withHosts } from '../../src/host/with-hosts.ts';
import { query } from '../../src/host/command.ts';
import { me } from '../support/host-contract.ts';
import { newKey, startSshServer } from '../support/ssh-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
const mine = newKey();
const server = await startSshServer({ authorizedKeys: [mine.public] });
writeFileSync(join(directory, 'key'), mine.private, { mode: 0o600 });
writeFileSync(join(directory, 'known_hosts'), `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
writeFileSync(join(directory, 'config'), '');
afterAll(() => {
  server.stop();
  rmSync(directory, { recursive: true });
});

const options = {
  ssh: {
    user: 'root',
    port: server.port,
    keyFile: join(directory, 'key'),
    knownHostsFile: join(directory, 'known_hosts'),
  },
  agentSocket: undefined,
  home: directory,
  sshConfigFile: join(directory, 'config'),
};
const hello = query(['echo', 'hello'], (stdout) => stdout);

// Commands on the test server run as the account of the test, which can be root only when it is.
test.skipIf(!me.isRoot)('machines with one address share one connection', async () => {
  const machines = [
    { name: 'pg1', host: '127.0.0.1' },
    { name: 'pg2', host: '127.0.0.1' },
  ];
  const answers = await withHosts(machines, options, (hosts) =>
    Promise.all(['pg1', 'pg2'].map((name) => hosts.get(name).ask(hello))),
  );
  expect(answers).toEqual(['hello\n', 'hello\n']);
  expect(server.seen.logins).toBe(1);
});

test.skipIf(!me.isRoot)('local is this machine, without SSH', async () => {
  const before = server.seen.logins;
  const machines = [{ name: 'control', host: 'local' }];
  expect(await withHosts(machines, options, (hosts) => hosts.get('control').ask(hello))).toBe('hello\n');
  expect(server.seen.logins).toBe(before);
});

test.skipIf(!me.isRoot)('the work’s own error comes out, and the connection is hung up', async () => {
  const machines = [{ name: 'pg1', host: '127.0.0.1' }];
  const work = withHosts(machines, options, () => Promise.reject(new Error('boom')));
  await expect(work).rejects.toThrow('boom');
  await expect.poll(() => server.connections()).toBe(0);
});

test('every host that cannot be reached is named, and the work does not start', async () => {
  let isStarted = false;
  const machines = ['127.0.0.2', '127.0.0.3'].map((host) => ({ name: host, host }));

  const failure = await withHosts(machines, options, async () => (isStarted = true)).catch(
    (error: unknown) => error,
  );

  expect(isStarted).toBe(false);
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors).toMatchObject([
    { message: expect.stringContaining('127.0.0.2'), exitCode: 3 },
    { message: expect.stringContaining('127.0.0.3'), exitCode: 3 },
  ]);
});

/** No way leads there, as to a host that is off. */
const off = { name: 'pg2', host: '255.255.255.255' };

test.skipIf(!me.isRoot)(
  'a host that may be down holds up no other, and says why it answers nothing',
  async () => {
    const machines = [
      { name: 'pg1', host: '127.0.0.1' },
      { ...off, mayBeDown: true },
    ];

    const answers = await withHosts(machines, options, async (hosts) => ({
      there: await hosts.get('pg1').ask(hello),
      why: hosts.get('pg2').unreachable,
      asked: await hosts
        .get('pg2')
        .ask(hello)
        .catch((error: unknown) => error),
    }));

    expect(answers.there).toBe('hello\n');
    expect(answers.why).toMatchObject({ exitCode: 3 });
    expect(answers.asked).toBe(answers.why);
  },
);

const work = async (): Promise<string> => 'begun';

test('one whose sshd does not run is down, too; one that is needed, or is another host than known, ends it', async () => {
  const stopped = { name: 'pg2', host: '127.0.0.2', mayBeDown: true };
  const stranger = { name: 'pg2', host: '127.0.0.1', mayBeDown: true };
  const knowingNobody = { ...options, ssh: { ...options.ssh, knownHostsFile: join(directory, 'config') } };

  expect(await withHosts([stopped], options, work)).toBe('begun');
  await expect(withHosts([off], options, work)).rejects.toMatchObject({ exitCode: 3 });
  await expect(withHosts([stranger], knowingNobody, work)).rejects.toMatchObject({ exitCode: 3 });
});

test.skipIf(!me.isRoot)('parts of a run that share their logins log in on a host once', async () => {
  const before = server.seen.logins;
  const logins = openLogins();
  const look = () =>
    withHosts([{ name: 'pg1', host: '127.0.0.1' }], { ...options, logins }, (hosts) =>
      hosts.get('pg1').ask(hello),
    );

  expect([await look(), await look()]).toEqual(['hello\n', 'hello\n']);

  logins.end();
  expect(server.seen.logins).toBe(before + 1);
});

test('a login that is on its way when all others are hung up on is hung up on too', async () => {
  const logins = openLogins();
  const late = logins.at('127.0.0.1', options);

  logins.end();

  await expect(late).rejects.toThrow('127.0.0.1');
});
