import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import type { SshSettings } from '../../../src/model/cluster.ts';
import { checkHostName, parseRoute, resolveRoute } from '../../../src/host/ssh-config.ts';

const nothing: SshSettings = {
  user: undefined,
  port: undefined,
  keyFile: undefined,
  knownHostsFile: undefined,
};
const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
afterAll(() => rmSync(directory, { recursive: true }));
const hasOpenSsh = spawnSync('ssh', ['-V']).error === undefined;

function resolve(config: string, host: string, settings: Partial<SshSettings> = {}) {
  const configFile = join(directory, 'config');
  writeFileSync(configFile, config);
  return resolveRoute(host, { ...nothing, ...settings }, { configFile, home: '/home/ann' });
}

test('without an answer of ssh, its defaults are used', () => {
  expect(parseRoute('', 'pg1', nothing, '/home/ann')).toEqual({
    host: 'pg1',
    port: 22,
    user: userInfo().username,
    hostKeyAlias: undefined,
    identityFiles: ['/home/ann/.ssh/id_rsa', '/home/ann/.ssh/id_ecdsa', '/home/ann/.ssh/id_ed25519'],
    agent: undefined,
    knownHostsFiles: [
      '/home/ann/.ssh/known_hosts',
      '/home/ann/.ssh/known_hosts2',
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ],
    ownKnownHostsFile: '/home/ann/.ssh/known_hosts',
    identitiesOnly: false,
    byHand: `ssh ${userInfo().username}@pg1`,
    jumps: [],
  });
});

test.skipIf(!hasOpenSsh)('what ~/.ssh/config says is followed', async () => {
  const config = `
Host db-*
  HostName %h.internal
  User ops
  Port 2200
  IdentityFile "~/.ssh/work key"
  IdentityAgent none
  HostKeyAlias database
  UserKnownHostsFile /tmp/one ~/two
  ProxyJump ann@bastion:2222,inner
`;
  expect(await resolve(config, 'db-1')).toMatchObject({
    host: 'db-1.internal',
    user: 'ops',
    port: 2200,
    identityFiles: ['/home/ann/.ssh/work key'],
    agent: 'none',
    hostKeyAlias: 'database',
    ownKnownHostsFile: '/tmp/one',
    knownHostsFiles: expect.arrayContaining(['/tmp/one', expect.stringMatching(/\/two$/)]),
    jumps: ['ann@bastion:2222', 'inner'],
  });
});

test.skipIf(!hasOpenSsh)('what .env.cluster sets wins over ~/.ssh/config', async () => {
  const config = 'Host *\n  User ops\n  Port 2200\n  UserKnownHostsFile /tmp/one\n';
  const route = await resolve(config, 'pg1', { user: 'root', port: 22, knownHostsFile: '/lab/known_hosts' });
  expect(route).toMatchObject({ user: 'root', port: 22, knownHostsFiles: ['/lab/known_hosts'] });
});

test.skipIf(!hasOpenSsh)('ProxyCommand is refused, and ProxyJump recommended', async () => {
  await expect(resolve('Host *\n  ProxyCommand nc %h %p\n', 'pg1')).rejects.toMatchObject({
    exitCode: 2,
    next: ['use ProxyJump for pg1 in ~/.ssh/config'],
  });
});

test.skipIf(!hasOpenSsh)('a configuration that ssh cannot read is an error', async () => {
  await expect(resolve('Nonsense yes\n', 'pg1')).rejects.toMatchObject({
    exitCode: 2,
    why: expect.stringContaining('config'),
  });
});

test.each(['pg1', 'pg-1.example.com', '10.0.0.11', 'fd00::1', '::1', 'a_b'])('%s is a host name', (host) => {
  expect(() => checkHostName(host)).not.toThrow();
});

test.each([
  '',
  '-oProxyCommand=id',
  '-',
  'a b',
  '$(id)',
  'a;b',
  'a\nb',
  '../x',
  'ann@pg1',
  'pg1-',
  '%h',
  '[::1]',
])('%j is no host name', (host) => {
  expect(() => checkHostName(host)).toThrow('not a host name or address');
});
