import { expect, test } from 'vitest';
import { linkComplaints } from '../../../src/backup/pgbackrest-complaints.ts';

test.each([
  ["unable to check pg1: [HostConnectError] unable to connect to '10.0.0.11:8432'", 'HostConnectError'],
  ["[CryptoError] unable to find hostname '10.0.0.11' in certificate", 'CryptoError'],
  ["[AccessError] raised from remote-0 tls protocol on '10.0.0.11': access denied", 'AccessError'],
  ["[ProtocolError] expected value '2.55.1' for greeting key 'version' but got '2.45'", 'ProtocolError'],
  ['[ServiceError] unexpected eof', 'ServiceError'],
  ['[HostInvalidError] x', 'HostInvalidError'],
])('%s is about a link', (complaint, error) => {
  const [found, ...others] = linkComplaints([complaint]);

  expect(found).toMatchObject({ complaint, error });
  expect(found?.meaning).not.toBe('');
  expect(found?.next).not.toBe('');
  expect(others).toEqual([]);
});

test('what is about something else is left out, and the rest stays in order', () => {
  const complaints = [
    '[055]: unable to load info file',
    'a: [AccessError] x',
    'option backup-standby is enabled',
    'b: [HostConnectError] y',
  ];

  expect(linkComplaints(complaints).map(({ complaint }) => complaint)).toEqual([
    complaints[1],
    complaints[3],
  ]);
});
