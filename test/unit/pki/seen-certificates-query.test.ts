import { expect, test } from 'vitest';
import { parseSeen, seenCertificates } from '../../../src/pki/seen-certificates-query.ts';

const place = { certificate: '/c.crt', key: '/c.key', authority: '/ca.crt' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('all credentials of a host are one question', () => {
  const { argv } = seenCertificates([
    { place, port: { host: 'fd00::11', port: 5432, protocol: 'postgres' } },
    { place, port: { host: 'pg1', port: 8432, protocol: 'tls' } },
    { place, port: { host: 'local', port: 8432, protocol: 'tls' } },
    { place, port: undefined },
  ]);

  expect(argv.slice(4)).toEqual([
    ...['/c.crt', '/c.key', '/ca.crt', '[fd00::11]:5432', 'postgres', ''],
    ...['/c.crt', '/c.key', '/ca.crt', 'pg1:8432', 'tls', 'pg1'],
    ...['/c.crt', '/c.key', '/ca.crt', 'localhost:8432', 'tls', 'local'],
    ...['/c.crt', '/c.key', '/ca.crt', '', '', ''],
  ]);
});

test('the answers come in the same order', () => {
  const stdout = `certificate=${base64('one')}
authority=${base64('ca')}
pair=yes
shown=${base64('one')}
certificate=
authority=
pair=no
shown=
`;

  expect(parseSeen(stdout)).toEqual([
    { certificate: 'one', authority: 'ca', isPair: true, shown: 'one' },
    { certificate: undefined, authority: undefined, isPair: false, shown: undefined },
  ]);
});

test('fewer answers than questions are no answer', () => {
  const { parse } = seenCertificates([{ place, port: undefined }]);

  expect(() => parse('Welcome to Debian!\n')).toThrow('0 answers to 1 questions');
});
