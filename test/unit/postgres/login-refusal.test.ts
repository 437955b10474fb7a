import { expect, test } from 'vitest';
import { loginAdvice, refusalKind } from '../../../src/postgres/login-refusal.ts';

const at = 'psql: error: connection to server at "10.0.0.11", port 5432 failed: ';

test.each([
  ['Connection refused', 'unreachable'],
  ['timeout expired', 'unreachable'],
  ['FATAL:  the database system is starting up', 'starting'],
  ['FATAL:  password authentication failed for user "replicator"', 'password'],
  [
    'FATAL:  no pg_hba.conf entry for replication connection from host "10.0.0.99", user "replicator", SSL encryption',
    'hba',
  ],
  ['FATAL:  role "replicator" is not permitted to log in', 'role'],
  ['FATAL:  role "replicator" does not exist', 'role'],
  ['FATAL:  too many connections for role "replicator"', 'limit'],
  ['FATAL:  sorry, too many clients already', 'limit'],
  ['FATAL:  number of requested standby connections exceeds "max_wal_senders" (currently 2)', 'limit'],
  ['server certificate for "pg9" does not match host name "10.0.0.11"', 'certificate'],
  ['FATAL:  Passwort-Authentifizierung für Benutzer »replicator« fehlgeschlagen', 'unknown'],
])('%s: %s', (said, kind) => {
  expect(refusalKind(`${at}${said}`)).toBe(kind);
});

const advice = (said: string): string =>
  loginAdvice({ problem: said, role: 'replicator', node: 'pg1', repair: 'dbctl init-primary' }).join('\n');

test('a password is spoken of for a password only', () => {
  expect(advice('password authentication failed')).toContain('set the password');
  expect(advice('no pg_hba.conf entry for host "10.0.0.99", user "a"')).toContain('10.0.0.99');
  for (const said of [
    'Connection refused',
    'no pg_hba.conf entry',
    'too many clients',
    'is not permitted to log in',
    '?',
  ])
    expect(advice(said)).not.toContain('password');
});
