// Logging in on real SSH servers in this process: who is trusted, who is refused, and what the user is told.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ConnectOptions, openDialer } from '../../src/host/connect.ts';
import { fingerprint } from '../../src/host/known-hosts.ts';
import { newKey, startSshServer } from '../support/ssh-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
const file = (name: string): string => join(directory, name);
const [mine, stranger] = [newKey(), newKey()];
writeFileSync(file('key'), mine.private, { mode: 0o600 });
writeFileSync(file('wrong'), stranger.private, { mode: 0o600 });
writeFileSync(file('config'), '');

const server = await startSshServer({ authorizedKeys: [mine.public] });
const other = await startSshServer({ authorizedKeys: [mine.public] });
const line = ({ port, hostKey }: typeof server): string => `[127.0.0.1]:${port} ${hostKey}\n`;
const print = (hostKey: string): string => fingerprint(Buffer.from(hostKey.split(' ')[1] ?? '', 'base64'));
afterAll(() => {
  server.stop();
  other.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => writeFileSync(file('known_hosts'), line(server)));

const options = (
  changes: Partial<ConnectOptions['ssh']> = {},
  more: Partial<ConnectOptions> = {},
): ConnectOptions => ({
  ssh: {
    user: 'ann',
    port: server.port,
    keyFile: file('key'),
    knownHostsFile: file('known_hosts'),
    ...changes,
  },
  agentSocket: undefined,
  home: directory,
  sshConfigFile: file('config'),
  ...more,
});

/** Options with one identity file in ~/.ssh/config and an agent that is gone. */
const staleAgentAnd = (key: string): ConnectOptions => {
  writeFileSync(file(`use-${key}`), `Host *\n  IdentityFile ${file(key)}\n`);
  return options(
    { keyFile: undefined },
    { agentSocket: file('no-agent'), sshConfigFile: file(`use-${key}`) },
  );
};

/** Logs in, hangs up, and answers the error if there was one. */
async function login(given: ConnectOptions, host = '127.0.0.1'): Promise<unknown> {
  const dialer = openDialer(given);
  return dialer
    .connect(host)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .finally(() => dialer.end());
}

const jumpConfig = (): string => {
  writeFileSync(
    file('jump'),
    `Host bastion\n  HostName 127.0.0.1\n  Port ${other.port}\n  User guard\n  IdentityFile ${file('key')}\n` +
      `Host inner*\n  HostName 127.0.0.1\n  ProxyJump bastion\n`,
  );
  return file('jump');
};

describe('the host key', () => {
  test('a known host is let in', async () => {
    expect(await login(options())).toBeUndefined();
  });

  test('a host known without its port is let in', async () => {
    writeFileSync(file('known_hosts'), `127.0.0.1 ${server.hostKey}\n`);
    expect(await login(options())).toBeUndefined();
  });

  test('an unknown key is refused with its fingerprint and the way to accept it', async () => {
    const before = server.seen.attempts;
    writeFileSync(file('known_hosts'), '');

    expect(await login(options())).toMatchObject({
      exitCode: 3,
      message: `the host key of 127.0.0.1:${server.port} is not known`,
      why: expect.stringContaining(print(server.hostKey)),
      next: [
        expect.stringContaining('/etc/ssh/ssh_host_ed25519_key.pub'),
        `if it is the same: ssh-keyscan -p ${server.port} -t ed25519 127.0.0.1 >> ${file('known_hosts')}`,
        `or accept exactly this key: --accept-host-key ${print(server.hostKey)}`,
      ],
    });
    expect(server.seen.attempts).toBe(before);
  });

  test('a key accepted by its fingerprint is let in and remembered', async () => {
    rmSync(file('known_hosts'));

    expect(await login(options({}, { acceptHostKeys: [print(server.hostKey)] }))).toBeUndefined();

    expect(readFileSync(file('known_hosts'), 'utf8')).toBe(line(server));
    expect(statSync(file('known_hosts')).mode & 0o777).toBe(0o600);
    expect(await login(options())).toBeUndefined();
  });

  test('accepting one key accepts no other', async () => {
    writeFileSync(file('known_hosts'), '');
    const failure = await login(options({}, { acceptHostKeys: [print(other.hostKey)] }));
    expect(failure).toMatchObject({ message: expect.stringContaining('is not known') });
    expect(readFileSync(file('known_hosts'), 'utf8')).toBe('');
  });

  test('a changed key is refused with both fingerprints, even when it was accepted', async () => {
    writeFileSync(file('known_hosts'), `# kept by hand\n[127.0.0.1]:${server.port} ${other.hostKey}\n`);

    const failure = await login(options({}, { acceptHostKeys: [print(server.hostKey)] }));

    expect(failure).toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('has changed'),
      why:
        `expected ssh-ed25519 ${print(other.hostKey)} (${file('known_hosts')}:2)\n` +
        `the host presented ssh-ed25519 ${print(server.hostKey)}`,
      next: expect.arrayContaining([
        `then remove the old key: ssh-keygen -R '[127.0.0.1]:${server.port}' -f ${file('known_hosts')}`,
      ]),
    });
  });

  test('a revoked key is refused', async () => {
    writeFileSync(file('known_hosts'), `${line(server)}@revoked * ${server.hostKey}\n`);
    expect(await login(options())).toMatchObject({ message: expect.stringContaining('is revoked') });
  });

  test('a known_hosts that cannot be read lets nobody in', async () => {
    expect(await login(options({ knownHostsFile: directory }))).toMatchObject({
      exitCode: 2,
      message: `${directory} cannot be read, so no host key can be checked`,
    });
  });
});

describe('the login', () => {
  test('a wrong key is refused once, naming host, account and key', async () => {
    const before = server.seen.attempts;
    expect(await login(options({ keyFile: file('wrong') }))).toMatchObject({
      exitCode: 3,
      message: `127.0.0.1:${server.port} refuses the login of ann`,
      why: `keys tried: the key ${file('wrong')}`,
    });
    expect(server.seen.attempts - before).toBeLessThanOrEqual(1);
  });

  test('a key file that is none is refused before any host is asked', async () => {
    const before = server.seen.attempts;
    writeFileSync(file('key.pub'), mine.public);
    for (const [name, why] of [
      ['nokey', 'does not exist'],
      ['key.pub', `cannot be used: it is a public key; the private one is ${file('key')}`],
    ] as const) {
      expect(await login(options({ keyFile: file(name) }))).toMatchObject({
        exitCode: 2,
        message: `the key file ${file(name)} ${why}`,
      });
    }
    expect(server.seen.attempts).toBe(before);
  });

  // As little work for ssh-keygen as it takes: one round of its hash, the smallest key.
  test.each(['-m RFC4716 -a 1', '-m PEM -t rsa -b 1024'])(
    'an encrypted key asks for ssh-add (%s)',
    async (format) => {
      const path = file(`encrypted${format.length}`);
      execFileSync('ssh-keygen', ['-q', ...format.split(' '), '-N', 'passphrase', '-f', path]);
      expect(await login(options({ keyFile: path }))).toMatchObject({
        why: expect.stringContaining(`${path} is encrypted, and there is no agent: run ssh-add ${path}`),
      });
    },
  );

  test('an identity file of ~/.ssh/config is used', async () => {
    writeFileSync(
      file('identity'),
      `Host *\n  IdentityFile ${file('wrong')}\n  IdentityFile ${file('key')}\n`,
    );
    expect(await login(options({ keyFile: undefined }, { sshConfigFile: file('identity') }))).toBeUndefined();
  });

  test('an agent that is gone is passed over, and named when nothing else lets us in', async () => {
    expect(await login(staleAgentAnd('key'))).toBeUndefined();
    expect(await login(staleAgentAnd('wrong'))).toMatchObject({
      why: expect.stringContaining('the agent cannot be used'),
    });
  });

  test('a port where nobody listens says so', async () => {
    const closed = await listen();
    closed.server.close();
    expect(await login(options({ port: closed.port }))).toMatchObject({
      exitCode: 3,
      message: `127.0.0.1 cannot be reached over SSH on port ${closed.port} as ann`,
      why: `the connection was refused: no sshd listens on port ${closed.port} of 127.0.0.1, or a firewall refuses it`,
      next: expect.arrayContaining([
        `try it by hand: ssh -p ${closed.port} -i ${file('key')} -o IdentitiesOnly=yes -o UserKnownHostsFile=${file('known_hosts')} ann@127.0.0.1`,
      ]),
    });
  });

  test('a name that means nothing says so', async () => {
    expect(await login(options(), 'nothing.invalid')).toMatchObject({
      exitCode: 3,
      why: 'the name nothing.invalid cannot be resolved on this machine',
    });
  });

  test('something that is no SSH server is no host', async () => {
    const web = await listen('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await login(options({ port: web.port }))).toMatchObject({ exitCode: 3 });
    web.server.close();
  });
});

describe('an agent with twenty keys, and a server that hangs up after six', () => {
  const others = Array.from({ length: 20 }, () => newKey());
  let agent: number;
  const strict = { authorizedKeys: [mine.public], mostAttempts: 6 };

  beforeAll(() => {
    const said = execFileSync('ssh-agent', ['-a', file('agent')], { encoding: 'utf8' });
    agent = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]);
    for (const { private: key } of others) addKey(key);
  });
  afterAll(() => process.kill(agent));

  async function loginOnStrict(config: string): Promise<unknown> {
    const place = await startSshServer(strict);
    writeFileSync(file('known_hosts'), line(place));
    writeFileSync(file('of-agent'), config);
    const given = options(
      { keyFile: undefined, port: place.port },
      { agentSocket: file('agent'), sshConfigFile: file('of-agent') },
    );
    return login(given).finally(() => place.stop());
  }

  test('an identity file is tried before what else the agent has', async () => {
    expect(await loginOnStrict(`Host *\n  IdentityFile ${file('key')}\n`)).toBeUndefined();
  });

  test('IdentitiesOnly keeps the others out', async () => {
    const config = `Host *\n  IdentityFile ${file('wrong')}\n  IdentitiesOnly yes\n`;
    expect(await loginOnStrict(config)).toMatchObject({ why: `keys tried: the key ${file('wrong')}` });
  });

  test('the one that an identity file names by its public half is taken from the agent, and tried once', async () => {
    addKey(mine.private);
    writeFileSync(file('held.pub'), mine.public);
    expect(await loginOnStrict(`Host *\n  IdentityFile ${file('held')}\n`)).toBeUndefined();
  });
});

describe('ProxyJump', () => {
  test('a host is reached through another, and both host keys are checked', async () => {
    writeFileSync(file('known_hosts'), line(server) + line(other));
    const before = other.seen.logins;
    expect(await login(options({}, { sshConfigFile: jumpConfig() }), 'inner')).toBeUndefined();
    expect(other.seen.logins - before).toBe(1);
  });

  test('a bastion whose key is unknown is refused', async () => {
    expect(await login(options({}, { sshConfigFile: jumpConfig() }), 'inner')).toMatchObject({
      message: `the host key of 127.0.0.1:${other.port} is not known`,
    });
  });

  test('several hosts behind one bastion share the login on it', async () => {
    writeFileSync(file('known_hosts'), line(server) + line(other));
    const before = other.seen.logins;
    const dialer = openDialer(options({}, { sshConfigFile: jumpConfig() }));
    await Promise.all([dialer.connect('inner1'), dialer.connect('inner2')]);
    dialer.end();
    expect(other.seen.logins - before).toBe(1);
  });

  test('a way that leads back to itself ends', async () => {
    writeFileSync(file('loop'), 'Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n');
    expect(await login(options({}, { sshConfigFile: file('loop') }), 'a')).toMatchObject({ exitCode: 2 });
  });

  test('hostile host names reach no program', async () => {
    const failure = await login(options(), `-oProxyCommand=touch ${file('pwned')}`);
    expect(failure).toMatchObject({ exitCode: 2 });
    expect(existsSync(file('pwned'))).toBe(false);
  });
});

function addKey(key: string): void {
  execFileSync('ssh-add', ['-q', '-'], {
    input: key,
    env: { ...process.env, SSH_AUTH_SOCK: file('agent') },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function listen(greeting = ''): Promise<{ server: Server; port: number }> {
  const made = createServer((socket) => socket.end(greeting));
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { server: made, port: (made.address() as AddressInfo).port };
}
