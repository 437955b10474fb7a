import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fingerprint, judge, keyType, knownHostsName, knownKeys } from '../../../src/host/known-hosts.ts';
import { newKey } from '../../support/ssh-server.ts';

const key = (): string => newKey().public.split(' ').slice(0, 2).join(' ');
const [first, second] = [key(), key()];
const raw = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64');
const directory = mkdtempSync(join(tmpdir(), 'dbctl-'));
afterAll(() => rmSync(directory, { recursive: true }));

const keysIn = (text: string, name: string) => knownKeys([{ path: 'known_hosts', text }], name);
const hasOpenSsh = spawnSync('ssh-keygen', ['-?']).error === undefined;

/** The line numbers at which OpenSSH itself finds a name. */
function linesFoundByOpenSsh(path: string, name: string): readonly number[] {
  const { stdout } = spawnSync('ssh-keygen', ['-F', name, '-f', path], { encoding: 'utf8' });
  return [...stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
}

test.each([
  ['pg1.example.com', 22, 'pg1.example.com'],
  ['PG1.Example.com', 22, 'pg1.example.com'],
  ['10.0.0.1', 2222, '[10.0.0.1]:2222'],
  ['fd00::1', 22, 'fd00::1'],
])('%s port %i is called %s', (host, port, name) => {
  expect(knownHostsName(host, port)).toBe(name);
});

const patterns = [
  'pg1',
  'PG1',
  'pg2,pg1,10.0.0.1',
  '*.example.com',
  'pg?',
  '*,!pg1',
  '!pg1,pg1',
  '[pg1]:2222',
  '[*]:2222',
  'pg1.example.com',
  '*',
  'p.1',
  '10.0.0.*',
];
const names = ['pg1', 'pg2', '[pg1]:2222', 'pg1.example.com', '10.0.0.1', 'pax', 'example.com'];

test.skipIf(!hasOpenSsh).each(names)('the lines that speak of %s are those that OpenSSH finds', (name) => {
  const text = [
    '# a comment',
    '',
    ...patterns.map((pattern) => `${pattern} ${first} comment`),
    'broken line',
  ].join('\n');
  const path = join(directory, 'plain');
  writeFileSync(path, `${text}\n`);

  const found = knownKeys([{ path, text }], name).map(({ place }) => Number(place.split(':').at(-1)));

  expect(found).toEqual(linesFoundByOpenSsh(path, name));
});

test.skipIf(!hasOpenSsh).each(['pg1', '[10.0.0.1]:2222'])('a name hashed by OpenSSH is found: %s', (name) => {
  const path = join(directory, 'hashed');
  writeFileSync(path, `other ${second}\n${name} ${first}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', path], { stdio: 'ignore' });

  const text = readFileSync(path, 'utf8');

  expect(text).not.toContain('pg1');
  expect(keysIn(text, name)).toMatchObject([{ place: 'known_hosts:2', key: first.split(' ')[1] }]);
  expect(keysIn(text, 'pg9')).toEqual([]);
});

test.skipIf(!hasOpenSsh)('a fingerprint is written as ssh-keygen writes it', () => {
  const path = join(directory, 'key.pub');
  writeFileSync(path, `${first}\n`);
  expect(execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' })).toContain(fingerprint(raw(first)));
});

test('a host key that is among those of known_hosts is known', () => {
  expect(judge(keysIn(`pg1 ${second}\npg1 ${first}`, 'pg1'), raw(first))).toEqual({ kind: 'known' });
});

test('another key of the same type is a changed key', () => {
  expect(judge(keysIn(`pg1 ${first}`, 'pg1'), raw(second))).toMatchObject({
    kind: 'changed',
    by: { place: 'known_hosts:1' },
  });
});

test('a host known by a key of another type only is unknown', () => {
  expect(judge(keysIn('pg1 ssh-rsa AAAA', 'pg1'), raw(first))).toEqual({ kind: 'unknown' });
});

test('a revoked key is refused even where it is known too', () => {
  const known = keysIn(`pg1 ${first}\n@revoked * ${first}`, 'pg1');
  expect(judge(known, raw(first))).toMatchObject({ kind: 'revoked', by: { place: 'known_hosts:2' } });
});

test('a revoked key says nothing about other keys', () => {
  expect(judge(keysIn(`@revoked * ${first}`, 'pg1'), raw(second))).toEqual({ kind: 'unknown' });
});

test('a certificate authority vouches for nothing here', () => {
  expect(keysIn(`@cert-authority * ${first}`, 'pg1')).toEqual([]);
});

test('the type of a key is read from the key', () => {
  expect(keyType(raw(first))).toBe('ssh-ed25519');
  expect(keyType(Buffer.from('ab'))).toBe('');
});
