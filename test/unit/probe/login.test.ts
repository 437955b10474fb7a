import { expect, test } from 'vitest';
import type { Failure, FailureKind, Login, NodeFacts } from '../../../src/probe/facts.ts';
import type { RoleKind } from '../../../src/model/cluster.ts';
import { judgeLogins } from '../../../src/probe/login.ts';
import { cluster, now, pg1, primary, unreachable } from '../../support/probe-facts.ts';

const failed = (kind: FailureKind): Login => ({ ok: false, failure: { kind, detail: 'as seen' } });
const withLogin = (role: RoleKind, kind: FailureKind): NodeFacts =>
  primary({ logins: { ...primary().logins, [role]: failed(kind) } });

const problems = (facts: NodeFacts): string[] =>
  judgeLogins(cluster, facts, now)
    .filter(({ status }) => status !== 'ok')
    .map(({ status, role, message }) => [status, role, message].filter(Boolean).join(' | '));

test.each([
  ['timeout', 'critical | 10.0.0.11:5432 did not answer in time'],
  ['not-asked', 'unknown | was not checked: the time limit was reached'],
  ['refused', 'critical | nothing listens on 10.0.0.11:5432'],
  ['tls-ca', 'critical | presents a certificate that the CA of shop did not sign'],
  ['tls-name', 'critical | presents a certificate for another name: as seen'],
  ['tls-date', 'critical | presents a certificate outside its dates: as seen'],
  ['no-tls', 'critical | has no TLS'],
  ['dns', 'critical | the name 10.0.0.11 cannot be resolved'],
  ['no-route', 'critical | 10.0.0.11:5432 cannot be reached: as seen'],
  ['closed', 'critical | closed the connection: as seen'],
  ['starting-up', 'critical | does not accept logins yet: as seen'],
] as const)('%s is told once for the node, not once for each role', (kind, message) => {
  expect(problems(unreachable(pg1, kind))).toEqual([message]);
});

test.each([
  {
    reason: 'a wrong password names the role and the node',
    facts: withLogin('writer', 'auth'),
    expected: ['critical | writer | the password of writer app_writer is wrong'],
  },
  {
    reason: 'a role that lost LOGIN',
    facts: withLogin('reader', 'no-login'),
    expected: ['critical | reader | reader app_reader is not permitted to log in: as seen'],
  },
  {
    reason: 'a password that has expired, which looks wrong from outside',
    facts: {
      ...withLogin('writer', 'auth'),
      roles: withLogin('writer', 'auth').roles!.map((role) => ({ ...role, expired: true })),
    },
    expected: ['critical | writer | the password of writer app_writer has expired (VALID UNTIL)'],
  },
  {
    reason: 'a role that is not there',
    facts: { ...withLogin('writer', 'auth'), roles: [] },
    expected: expect.arrayContaining(['critical | writer | there is no role app_writer for writer']),
  },
  {
    reason: 'a wrong password, while the admin sees nothing',
    facts: { ...withLogin('writer', 'auth'), roles: undefined },
    expected: [
      'critical | writer | the password of writer app_writer is wrong or has expired, or there is no such role',
    ],
  },
  {
    reason: 'a role that pg_hba.conf keeps out',
    facts: withLogin('reader', 'hba'),
    expected: ['critical | reader | pg_hba.conf does not allow reader app_reader from this machine'],
  },
  {
    reason: 'no free connection for one role, while others got in',
    facts: withLogin('admin', 'too-many'),
    expected: ['critical | admin | admin app_admin cannot log in: as seen'],
  },
  {
    reason: 'one role lost to the network while others got in',
    facts: withLogin('admin', 'timeout'),
    expected: ['critical | admin | admin app_admin: 10.0.0.11:5432 did not answer in time'],
  },
  {
    reason: 'from a host of the cluster the replication password is tried for real',
    facts: withLogin('replication', 'auth'),
    expected: ['critical | replication | the password of replication replicator is wrong'],
  },
  {
    reason: 'a role without REPLICATION',
    facts: withLogin('replication', 'permission'),
    expected: ['critical | replication | replication replicator cannot log in: as seen'],
  },
  {
    reason: 'the replication role must not get SQL',
    facts: primary({ replicationSql: { ok: true } }),
    expected: ['warning | replication | pg_hba.conf allows SQL sessions of the replication role'],
  },
  {
    reason: 'a wrong password for SQL means that pg_hba.conf would have let it in',
    facts: primary({ replicationSql: failed('auth') }),
    expected: ['warning | replication | pg_hba.conf allows SQL sessions of the replication role'],
  },
  {
    reason: 'no answer to the question about SQL',
    facts: primary({ replicationSql: failed('too-many') }),
    expected: ['unknown | replication | it is unknown whether the replication role can open SQL sessions'],
  },
  {
    reason: 'a certificate that ends soon',
    facts: primary({ certificateEnds: now + 13.5 * 86_400_000 }),
    expected: ['warning | TLS verified; the certificate is good for 13 more days'],
  },
  {
    reason: 'a server that hangs after the login',
    facts: primary({ interrupted: { kind: 'timeout', detail: 'as seen' } satisfies Failure }),
    expected: ['critical | accepted a login, then stopped answering: as seen'],
  },
  {
    reason: 'a server so locked down that it refuses to tell its state',
    facts: primary({
      interrupted: { kind: 'permission', code: '42501', detail: 'as seen' } satisfies Failure,
    }),
    expected: ['unknown | cannot be checked, a query failed: as seen'],
  },
])('$reason', ({ facts, expected }) => {
  expect(problems(facts)).toEqual(expected);
});

test('no finding contains a password', () => {
  expect(JSON.stringify(judgeLogins(cluster, withLogin('writer', 'auth'), now))).not.toContain('hidden');
});

test('an IPv6 address stands in brackets before its port', () => {
  expect(problems(unreachable({ ...pg1, host: 'fd00::11' }, 'refused'))).toEqual([
    'critical | nothing listens on [fd00::11]:5432',
  ]);
});
