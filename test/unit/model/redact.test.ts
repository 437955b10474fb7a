import { expect, test } from 'vitest';
import { redactor, secretsIn } from '../../../src/model/redact.ts';
import { prepare } from '../../../src/postgres/saslprep.ts';
import { printable } from '../../../src/host/printable.ts';
import { Secret } from '../../../src/model/secret.ts';
import { conninfoValue, passfileLine, settingValue } from '../../../src/postgres/libpq.ts';
import { quote } from '../../../src/host/quote.ts';
import { literal } from '../../../src/postgres/sql.ts';
import { disguises, hits } from '../../support/disguises.ts';
import { awkwardStrings } from '../host/awkward-strings.ts';

const redact = redactor([]);
const hide = (...values: readonly string[]) => redactor(values.map((value) => new Secret(value)));

const awkward = `a'b"c\\d$e\`f g%h:i@j/k&l<m>é漢🐘\u202e\u200f`;

test.each<[spelling: string, spell: (text: string) => string]>([
  ['as it is', (text) => text],
  ['the form that SCRAM hashes', prepare],
  ['a text for terminals', printable],
  ['a word of a shell', (text) => quote([text])],
  ['a shell line inside a shell line', (text) => quote(['sh', '-c', quote(['echo', text])])],
  ['a double-quoted word of a shell', (text) => `"${text.replaceAll(/[\\"$`]/g, '\\$&')}"`],
  ['SQL', literal],
  ['SQL in JSON', (text) => JSON.stringify({ message: `select ${literal(text)}` })],
  ['JSON', (text) => JSON.stringify([text])],
  ['JSON in JSON', (text) => JSON.stringify(JSON.stringify([text]))],
  ['a value of postgresql.conf', settingValue],
  ['a value of a connection string', conninfoValue],
  ['a connection string in postgresql.auto.conf', (text) => settingValue(conninfoValue(text))],
  [
    'a line of a password file',
    (text) => passfileLine({ host: 'h', port: 1, database: 'd', user: 'u', password: text }),
  ],
  ['a URL', (text) => `https://u:${encodeURIComponent(text)}@host/`],
  [
    'a URL with small letters',
    (text) => encodeURIComponent(text).replaceAll(/%../g, (code) => code.toLowerCase()),
  ],
  ['a form', (text) => new URLSearchParams({ x: text }).toString()],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64 of a login', (text) => Buffer.from(`user:${text}`).toString('base64')],
  ['base64 for URLs', (text) => Buffer.from(text).toString('base64url')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['large hex', (text) => Buffer.from(text).toString('hex').toUpperCase()],
])('a secret is hidden in %s', (_, spell) => {
  for (const secret of [awkward, 'plain-and-simple-1', ...awkwardStrings(150, { oneLine: true })]) {
    if (secret.length < 12) continue;
    const hidden = hide(secret)(`before ${spell(secret)} after`);
    expect(hidden, secret).toMatch(/^before .*\[secret\].* after$/s);
    expect(hidden.length, `${secret} left something behind: ${hidden}`).toBeLessThan(60);
  }
});

test('nothing of a secret is found afterwards, however it was disguised', () => {
  const secrets = ['p0123456789abcdef', 'Correct horse+battery/staple=', awkward];

  const hidden = hide(...secrets)(disguises(secrets).join('\n'));

  expect(hits([hidden], disguises(secrets))).toEqual([]);
});

test('secrets that overlap or contain each other leave nothing of the longer one', () => {
  const hidden = hide('0123456789ab', '0123456789abcdef', '9abcdefghijkl');

  expect(hidden('x 0123456789abcdef 0123456789ab 0123456789abcdefghijkl y')).toBe(
    'x [secret] [secret] [secret] y',
  );
});

test('a short secret is hidden as a word, and other words keep it', () => {
  const hidden = hide('abc');

  expect(hidden('MINIO_ACCESS_KEY=abc, abc/20261121/s3: abcde')).toBe(
    'MINIO_ACCESS_KEY=[secret], [secret]/20261121/s3: abcde',
  );
});

test('of a longer base64 text nothing is left that holds the ends of a secret', () => {
  const text = Buffer.from('user:0123456789abcdef;more').toString('base64');

  expect(hide('0123456789abcdef')(`header=${text}.`)).toBe('header=[secret].');
});

test('secrets are found wherever they are in a value, and once around a circle', () => {
  const one = new Secret('one');
  const value: Record<string, unknown> = { deep: [{ one }], none: undefined, text: 'two' };
  value['itself'] = value;

  expect(secretsIn(value)).toEqual([one]);
});

const pem = [
  '-----BEGIN EC PRIVATE KEY-----',
  'MHcCAQEEIAhkjhsdf8789+/sdfAAAAAAAA',
  'oUQDQgAEabcdefghijklmnop==',
  '-----END EC PRIVATE KEY-----',
];

test.each([
  ['a private key', pem.join('\n'), '[secret] (a private key)'],
  ['a private key in JSON', JSON.stringify(pem.join('\n')), '"[secret] (a private key)"'],
  ['the beginning of a private key', pem.slice(0, 3).join('\n'), '[secret] (a private key)'],
  ['the end of a private key', pem.slice(1).join('\n'), '[secret] (a private key)'],
  ['a verifier', `'SCRAM-SHA-256$4096:c2FsdA==$stored:server'`, `'[secret]'`],
  ['an old verifier', 'md50123456789abcdef0123456789abcdef', '[secret]'],
  ['a password of a URL', 'postgres://app:pa:ss@w0rd@pg1:5432/app', 'postgres://app:[secret]@pg1:5432/app'],
  ['a password file', '10.0.0.1:5432:*:app:o\\:ther', '10.0.0.1:5432:*:app:[secret]'],
  ['a variable', 'export PGPASSWORD=hunter2; x', 'export PGPASSWORD=[secret]; x'],
  ['a quoted value', `password = 'it''s \\' x' port=1`, `password = '[secret]' port=1`],
  ['a value without its end', `password='half`, 'password=[secret]'],
  ['JSON', '{"password": "x\\"y", "port": 1}', '{"password": "[secret]", "port": 1}'],
  ['JSON in JSON', '"{\\"password\\":\\"x\\",\\"a\\":1}"', '"{\\"password\\":\\"[secret]\\",\\"a\\":1}"'],
  [
    'pgBackRest',
    'repo1-s3-key=x1\nrepo1-s3-key-secret=y1\nrepo1-cipher-pass=z1',
    'repo1-s3-key=[secret]\nrepo1-s3-key-secret=[secret]\nrepo1-cipher-pass=[secret]',
  ],
  ['SQL', `alter role app PASSWORD 'a''b' login`, `alter role app PASSWORD '[secret]' login`],
  ['a header', 'Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic [secret]'],
  ['a key of Amazon', 'AKIAIOSFODNN7EXAMPLE', '[secret]'],
])('%s is hidden by its form', (_, text, expected) => {
  expect(redact(text)).toBe(expected);
  expect(redact(expected)).toBe(expected);
});

test.each([
  `password_encryption = 'scram-sha-256'`,
  'hostssl all all 10.0.0.0/8 scram-sha-256',
  `ssl_passphrase_command = ''`,
  'repo1-s3-key-type=auto',
  'pg1-host-key-file=/etc/dbctl/shop/_pgbackrest/client.key',
  'POSTGRES_PASSWORD_FILE=/run/secrets/password',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO8 root@pg1',
  'https://10.0.0.1:9000/bucket',
  '2026-11-21 14:03:47.123 UTC [12] app@app LOG:  00000: checkpoint starting: time',
  '-----BEGIN CERTIFICATE-----\nMHcCAQEEIAhkjhsdf8789\n-----END CERTIFICATE-----',
  '[secret]',
])('%s is no secret', (text) => {
  expect(redact(text)).toBe(text);
});

test('a long text takes no long time', () => {
  const text = `${'a'.repeat(500_000)}\n${'password'.repeat(50_000)}\n${'"\'\\'.repeat(50_000)}\n-----BEGIN ${'x'.repeat(100_000)}`;
  const startedAt = Date.now();

  hide('0123456789abcdef', awkward)(text);

  expect(Date.now() - startedAt).toBeLessThan(3000);
});
