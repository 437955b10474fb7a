import { expect, test } from 'vitest';
import {
  conninfo,
  conninfoValue,
  parseConninfo,
  passfileLine,
  settingValue,
} from '../../../src/postgres/libpq.ts';
import { awkwardStrings } from '../host/awkward-strings.ts';

const strings = awkwardStrings(10_000, { oneLine: true });

/** The fields of a password file's line: split at `:`, with `\` taking the next character as it is. */
function readPassfileLine(line: string): readonly string[] {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === ':') {
      fields.push(field);
      field = '';
    } else field += line[at] === '\\' ? line[(at += 1)] : line[at];
  }
  return [...fields, field];
}

/** A quoted value of a connection string: `\` takes the next character as it is, the next `'` ends it. */
function readConninfoValue(text: string): string {
  let value = '';
  let at = 1;
  for (; text[at] !== "'"; at += 1) value += text[at] === '\\' ? text[(at += 1)] : text[at];
  if (text[0] !== "'" || at !== text.length - 1) throw new Error(`not one quoted value: ${text}`);
  return value;
}

/** A quoted value of postgresql.conf without letters after `\`: '' is a quote, `\` takes the next character. */
function readSettingValue(text: string): string {
  let value = '';
  let at = 1;
  for (; at < text.length - 1; at += 1) {
    if (text[at] === "'" && text[at + 1] !== "'") throw new Error(`ends too soon: ${text}`);
    if (text[at] === '\\' && text[at + 1] !== '\\') throw new Error(`an escape with a meaning: ${text}`);
    if (text[at] === "'" || text[at] === '\\') at += 1;
    value += text[at];
  }
  if (!text.startsWith("'") || at !== text.length - 1) throw new Error(`not one quoted value: ${text}`);
  return value;
}

test('10,000 awkward passwords are read from a password file as they are', () => {
  const fields = { host: 'fd00::1', port: 5432, database: '*', user: 'shop' };
  const read = strings.map((password) => readPassfileLine(passfileLine({ ...fields, password })));

  expect(read).toEqual(strings.map((password) => ['fd00::1', '5432', '*', 'shop', password]));
});

test('10,000 awkward values are read from connection strings as they are', () => {
  expect(strings.map((text) => readConninfoValue(conninfoValue(text)))).toEqual(strings);
});

test('10,000 awkward values come back from a connection string of ours', () => {
  const more = awkwardStrings(10_000);
  const read = more.map((text) => parseConninfo(conninfo({ user: text, passfile: `${text}x`, port: '1' })));

  expect(read.map((options) => [...options])).toEqual(
    more.map((text) => [
      ['user', text],
      ['passfile', `${text}x`],
      ['port', '1'],
    ]),
  );
});

test('10,000 awkward values are read from postgresql.conf as they are', () => {
  expect(strings.map((text) => readSettingValue(settingValue(text)))).toEqual(strings);
});

test('what is written looks like what a person would write', () => {
  expect(settingValue("it's a \\ test")).toBe(`'it''s a \\\\ test'`);
  expect(conninfo({ host: '10.0.0.11', application_name: "it's" })).toBe(
    `host='10.0.0.11' application_name='it\\'s'`,
  );
  expect(passfileLine({ host: '::1', port: 5432, database: '*', user: 'a', password: 'b:\\' })).toBe(
    '\\:\\:1:5432:*:a:b\\:\\\\',
  );
});

test.each<[string, string, Record<string, string>]>([
  ['nothing', '', {}],
  ['values without quotes', 'user=replicator  host=10.0.0.11', { user: 'replicator', host: '10.0.0.11' }],
  ['spaces around =', "user = replicator\nport\t=\t'5432'", { user: 'replicator', port: '5432' }],
  ['an escaped space', 'user=a\\ b port=1', { user: 'a b', port: '1' }],
  ['an empty quoted value', "user='' port=1", { user: '', port: '1' }],
  ['a quote that looks like an option', "user='a host=b' port=1", { user: 'a host=b', port: '1' }],
  ['the last one of two', 'port=1 port=2', { port: '2' }],
  [
    'what pg_basebackup writes',
    "user=r sslmode='verify-full' sslsni=1",
    { user: 'r', sslmode: 'verify-full', sslsni: '1' },
  ],
  ['no option at all', 'hello', {}],
])('a connection string with %s is understood', (_reason, text, options) => {
  expect(Object.fromEntries(parseConninfo(text))).toEqual(options);
});
