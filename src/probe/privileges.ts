// Does every role do its job, and nothing beyond it?

import { roleKinds, type Cluster, type RoleKind } from '../model/cluster.ts';
import type { Attempt, NodeFacts, RoleAttributes } from './facts.ts';
import { finding, type Finding } from '../model/finding.ts';

const readOnlyTransaction = '25006';
const insufficientPrivilege = '42501';
const apply = ['dbctl init-primary   (repairs roles and grants)'];

export function judgePrivileges(cluster: Cluster, facts: NodeFacts): readonly Finding[] {
  if (!facts.server) return [];
  const findings = [
    judgeWriting(facts, 'admin', facts.adminCreates),
    judgeWriting(facts, 'writer', facts.writerWrites),
    judgeSharing(facts),
    judgeReaderWrites(facts),
    ...judgeReach(facts),
    ...judgeAttributes(cluster, facts),
  ];
  return findings.filter((one) => one !== undefined);
}

/** Admin and writer write on a primary, and a replica refuses them. */
function judgeWriting(
  { node, server }: NodeFacts,
  role: RoleKind,
  attempt: Attempt | undefined,
): Finding | undefined {
  if (!attempt) return undefined;
  const about = { node, role, check: 'write' };
  if (server?.inRecovery) return refusedOnReplica(about, role, attempt);
  return attempt.allowed
    ? finding(about, 'ok', `${role} can create and fill a table`)
    : finding(about, 'critical', `${role} cannot write: ${attempt.detail}`, adviceFor(attempt.code));
}

const adviceFor = (code: string): readonly string[] => {
  if (code === insufficientPrivilege) return apply;
  if (code === readOnlyTransaction) return ['find where default_transaction_read_only is set on this server'];
  return [];
};

function refusedOnReplica(about: Parameters<typeof finding>[0], role: RoleKind, attempt: Attempt): Finding {
  if (attempt.allowed) return finding(about, 'critical', `${role} could write on a replica`);
  return attempt.code === readOnlyTransaction
    ? finding(about, 'ok', `${role} cannot write on a replica`)
    : finding(about, 'warning', `${role} was refused on a replica for another reason: ${attempt.detail}`);
}

function judgeSharing({ node, readerSeesNewTables }: NodeFacts): Finding | undefined {
  if (readerSeesNewTables === undefined) return undefined;
  const about = { node, role: 'reader' as const, check: 'new-tables' };
  return readerSeesNewTables
    ? finding(about, 'ok', 'reader may read the tables that the writer creates')
    : finding(about, 'critical', 'reader may not read tables that the writer creates from now on', apply);
}

function judgeReaderWrites({ node, server, readerWrites }: NodeFacts): Finding | undefined {
  if (!readerWrites) return undefined;
  const about = { node, role: 'reader' as const, check: 'write' };
  if (server?.inRecovery) return refusedOnReplica(about, 'reader', readerWrites);
  if (readerWrites.allowed) return finding(about, 'critical', 'reader can create tables', apply);
  if (readerWrites.code === insufficientPrivilege)
    return finding(about, 'ok', 'reader has no right to write');
  const what = `only this prevented the reader from writing: ${readerWrites.detail}`;
  return finding(about, 'warning', what, apply);
}

function judgeReach({ node, readerReach }: NodeFacts): readonly Finding[] {
  if (!readerReach) return [];
  const { maySelect, writable, unreadable } = readerReach;
  const about = { node, role: 'reader' as const };
  const answers = [
    ['schema', !maySelect, 'critical', 'may not use schema public', 'may use schema public'],
    [
      'tables-writable',
      writable.length > 0,
      'critical',
      `may change ${writable.join(', ')}`,
      'may change no table',
    ],
    [
      'tables-readable',
      unreadable.length > 0,
      'warning',
      `may not read ${unreadable.join(', ')}`,
      'may read every table of admin and writer',
    ],
  ] as const;
  return answers.map(([check, isBad, status, no, yes]) =>
    isBad
      ? finding({ ...about, check }, status, `reader ${no}`, apply)
      : finding({ ...about, check }, 'ok', `reader ${yes}`),
  );
}

/** Roles are the same on every node, so the primary's word is enough. */
function judgeAttributes({ postgres }: Cluster, { node, server, roles }: NodeFacts): readonly Finding[] {
  if (!roles || server?.inRecovery) return [];
  return roleKinds.map((role) => {
    const found = roles.find(({ name }) => name === postgres[role].name);
    const about = { node, role, check: 'attributes' };
    if (!found) return finding(about, 'critical', `there is no role ${postgres[role].name}`, apply);
    const excess = excessOf(role, found);
    if (excess.length > 0) {
      const what = `${role} ${found.name} has privileges that it does not need: ${excess.join(', ')}`;
      const next = [`ALTER ROLE or REVOKE, as superuser: ${excess.join(', ')}`];
      return finding(about, found.superuser ? 'critical' : 'warning', what, next);
    }
    return role === 'replication' && !found.replication
      ? finding(about, 'critical', `replication ${found.name} lacks REPLICATION`, apply)
      : finding(about, 'ok', `${role} ${found.name} has only the attributes that it needs`);
  });
}

/** The admin may make roles and databases: migrations sometimes do. */
function excessOf(role: RoleKind, found: RoleAttributes): readonly string[] {
  const isAdmin = role === 'admin';
  return [
    found.superuser && 'SUPERUSER',
    found.replication && role !== 'replication' && 'REPLICATION',
    found.createRole && !isAdmin && 'CREATEROLE',
    found.createDatabase && !isAdmin && 'CREATEDB',
    found.bypassRls && !isAdmin && 'BYPASSRLS',
    ...(found.superuser ? [] : found.powers),
  ].filter((name) => name !== false);
}
