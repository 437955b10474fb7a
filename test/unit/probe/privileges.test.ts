import { expect, test } from 'vitest';
import type { NodeFacts, RoleAttributes } from '../../../src/probe/facts.ts';
import { judgePrivileges } from '../../../src/probe/privileges.ts';
import { cluster, pg2, primary, replica } from '../../support/probe-facts.ts';

const refused = (code: string) => ({ allowed: false, code, detail: `refused with ${code}` }) as const;
const reach = { maySelect: true, writable: [], unreadable: [] };
const withRole = (name: string, changes: Partial<RoleAttributes>): NodeFacts =>
  primary({ roles: primary().roles!.map((one) => (one.name === name ? { ...one, ...changes } : one)) });

const problems = (facts: NodeFacts): string[] =>
  judgePrivileges(cluster, facts)
    .filter(({ status }) => status !== 'ok')
    .map(({ status, message }) => `${status}: ${message}`);

test('least privilege has nothing to report', () => {
  expect(problems(primary())).toEqual([]);
  expect(problems(replica(pg2))).toEqual([]);
});

test.each([
  {
    reason: 'a writer that cannot write on the primary',
    facts: primary({ writerWrites: refused('42501') }),
    expected: ['critical: writer cannot write: refused with 42501'],
  },
  {
    reason: 'a primary that was made read-only',
    facts: primary({ adminCreates: refused('25006') }),
    expected: ['critical: admin cannot write: refused with 25006'],
  },
  {
    reason: 'a replica that takes writes is no replica',
    facts: replica(pg2, { writerWrites: { allowed: true } }),
    expected: ['critical: writer could write on a replica'],
  },
  {
    reason: 'a refusal for another reason proves nothing',
    facts: replica(pg2, { writerWrites: refused('42501') }),
    expected: ['warning: writer was refused on a replica for another reason: refused with 42501'],
  },
  {
    reason: 'a reader that makes tables',
    facts: primary({ readerWrites: { allowed: true } }),
    expected: ['critical: reader can create tables'],
  },
  {
    reason: 'a reader held back only by a setting that it can change itself',
    facts: primary({ readerWrites: refused('25006') }),
    expected: ['warning: only this prevented the reader from writing: refused with 25006'],
  },
  {
    reason: 'default privileges are missing: tomorrow the reader will be blind',
    facts: primary({ readerSeesNewTables: false }),
    expected: ['critical: reader may not read tables that the writer creates from now on'],
  },
  {
    reason: 'grants on single tables',
    facts: primary({
      readerReach: { ...reach, writable: ['public.a'], unreadable: ['public.b', 'public.c'] },
    }),
    expected: ['critical: reader may change public.a', 'warning: reader may not read public.b, public.c'],
  },
  {
    reason: 'no way into the schema',
    facts: primary({ readerReach: { ...reach, maySelect: false } }),
    expected: ['critical: reader may not use schema public'],
  },
  {
    reason: 'a superuser among the four',
    facts: withRole('app_admin', { superuser: true }),
    expected: ['critical: admin app_admin has privileges that it does not need: SUPERUSER'],
  },
  {
    reason: 'the admin may make roles and databases, the writer may not',
    facts: withRole('app_writer', { createRole: true, createDatabase: true, bypassRls: true }),
    expected: [
      'warning: writer app_writer has privileges that it does not need: CREATEROLE, CREATEDB, BYPASSRLS',
    ],
  },
  {
    reason: 'predefined roles that open the server',
    facts: withRole('app_reader', { replication: true, powers: ['pg_execute_server_program'] }),
    expected: [
      'warning: reader app_reader has privileges that it does not need: REPLICATION, pg_execute_server_program',
    ],
  },
  {
    reason: 'a replication role that may not replicate',
    facts: withRole('replicator', { replication: false }),
    expected: ['critical: replication replicator lacks REPLICATION'],
  },
  {
    reason: 'a role that was dropped',
    facts: withRole('replicator', { name: 'renamed' }),
    expected: ['critical: there is no role replicator'],
  },
  {
    reason: 'roles that could not log in are not judged twice',
    facts: primary({ writerWrites: undefined, readerWrites: undefined, readerSeesNewTables: undefined }),
    expected: [],
  },
])('$reason', ({ facts, expected }) => {
  expect(problems(facts)).toEqual(expected);
});
