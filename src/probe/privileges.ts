// Does every role do its job, and nothing beyond it?

import type { Cluster } from '../model/cluster.ts';
import type { Attempt, NodeFacts, RoleAttributes } from './facts.ts';
import type { RoleKind } from '../model/role-kind.ts';
import { finding, type Finding, type Status } from '../model/finding.ts';

const readOnlyTransaction = '25006';
const insufficientPrivilege = '42501';
const apply = ['dbctl init-primary   (repairs roles and grants)'];

export function judgePrivileges(cluster: Cluster, facts: NodeFacts): readonly Finding[] {
  if (!facts.server) return [];
  return [
    ...judgeWriting(facts, 'admin', facts.adminCreates),
    ...judgeWriting(facts, 'writer', facts.writerWrites),
    ...judgeSharing(facts),
    ...judgeReaderWrites(facts),
    ...judgeReach(facts),
    ...judgeAttributes(cluster, facts),
  ];
}

/** Admin and writer write on a primary, and a replica refuses them. */
function judgeWriting(facts: NodeFacts, role: RoleKind, attempt: Attempt | undefined): readonly Finding[] {
  if (!attempt) return [];
  const about = { node: facts.node, role, check: 'write' };
  if (!facts.server?.inRecovery) {
    return attempt.allowed
      ? [finding(about, 'ok', `${role} can create and fill a table`)]
      : [finding(about, 'critical', `${role} cannot write: ${attempt.detail}`, adviceFor(attempt.code))];
  }
  return [refusedOnReplica(about, role, attempt)];
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

function judgeSharing({ node, readerSeesNewTables }: NodeFacts): readonly Finding[] {
  if (readerSeesNewTables === undefined) return [];
  const about = { node, role: 'reader' as const, check: 'new-tables' };
  return [
    readerSeesNewTables
      ? finding(about, 'ok', 'reader may read the tables that the writer creates')
      : finding(about, 'critical', 'reader may not read tables that the writer creates from now on', apply),
  ];
}

function judgeReaderWrites({ node, server, readerWrites }: NodeFacts): readonly Finding[] {
  if (!readerWrites) return [];
  const about = { node, role: 'reader' as const, check: 'write' };
  if (server?.inRecovery) return [refusedOnReplica(about, 'reader', readerWrites)];
  if (readerWrites.allowed) return [finding(about, 'critical', 'reader can create tables', apply)];
  return readerWrites.code === insufficientPrivilege
    ? [finding(about, 'ok', 'reader has no right to write')]
    : [
        finding(
          about,
          'warning',
          `only this prevented the reader from writing: ${readerWrites.detail}`,
          apply,
        ),
      ];
}

function judgeReach({ node, readerReach }: NodeFacts): readonly Finding[] {
  if (!readerReach) return [];
  const { maySelect, writable, unreadable } = readerReach;
  const about = { node, role: 'reader' as const };
  const answer = (check: string, bad: boolean, status: Status, no: string, yes: string) =>
    bad ? finding({ ...about, check }, status, no, apply) : finding({ ...about, check }, 'ok', yes);
  return [
    answer(
      'schema',
      !maySelect,
      'critical',
      'reader may not use schema public',
      'reader may use schema public',
    ),
    answer(
      'tables-writable',
      writable.length > 0,
      'critical',
      `reader may change ${writable.join(', ')}`,
      'reader may change no table',
    ),
    answer(
      'tables-readable',
      unreadable.length > 0,
      'warning',
      `reader may not read ${unreadable.join(', ')}`,
      'reader may read every table of admin and writer',
    ),
  ];
}

/** Roles are the same on every node, so the primary's word is enough. */
function judgeAttributes({ postgres }: Cluster, { node, server, roles }: NodeFacts): readonly Finding[] {
  if (!roles || server?.inRecovery) return [];
  const kinds = ['admin', 'writer', 'reader', 'replication'] as const;
  return kinds.map((role) => {
    const found = roles.find(({ name }) => name === postgres[role].name);
    const about = { node, role, check: 'attributes' };
    if (!found) return finding(about, 'critical', `there is no role ${postgres[role].name}`, apply);
    const excess = excessOf(role, found);
    if (excess.length > 0) {
      const status = found.superuser ? 'critical' : 'warning';
      return finding(
        about,
        status,
        `${role} ${found.name} has privileges that it does not need: ${excess.join(', ')}`,
        [`ALTER ROLE or REVOKE, as superuser: ${excess.join(', ')}`],
      );
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
