// The five sessions in which probe looks at a node: one for each role, and one that must be refused.

import { ofEachRole, type Cluster, type RoleKind } from '../model/cluster.ts';
import type { Login, NodeFacts } from './facts.ts';
import { connect, type Connected, type Session, type Target } from './connection.ts';
import { withResolvers } from '../model/with-resolvers.ts';

export type Sessions = Readonly<Record<RoleKind | 'replicationSql', Connected>>;

/** All at the same time, once the first has shown that something listens: a dead host costs one socket. */
export async function openSessions(target: Target, roles: Cluster['postgres']): Promise<Sessions> {
  const { promise: isReached, resolve: reached } = withResolvers<void>();
  const first = connect(target, roles.admin, 'sql', reached);
  const early = await Promise.race([isReached, first]);
  if (early && !early.ok) return sameFor(early);
  const [admin, writer, reader, replication, replicationSql] = await Promise.all([
    first,
    connect(target, roles.writer),
    connect(target, roles.reader),
    connect(target, roles.replication, 'physical replication'),
    connect(target, roles.replication),
  ]);
  return { admin, writer, reader, replication, replicationSql };
}

/** What keeps everybody out. */
export const sameFor = (one: Connected): Sessions => ({ ...ofEachRole(() => one), replicationSql: one });

export const sessionIn = (one: Connected): Session | undefined => (one.ok ? one.session : undefined);

export async function closeSessions(sessions: Sessions, but?: Session): Promise<void> {
  const open = Object.values(sessions).flatMap((one) => sessionIn(one) ?? []);
  await Promise.all(open.filter((session) => session !== but).map((session) => session.close()));
}

const login = (one: Connected): Login => (one.ok ? { ok: true } : one);

export const loginsOf = (
  sessions: Sessions,
): Pick<NodeFacts, 'logins' | 'replicationSql' | 'certificateEnds'> => ({
  logins: ofEachRole((role) => login(sessions[role])),
  replicationSql: login(sessions.replicationSql),
  certificateEnds: Object.values(sessions).find((one) => one.ok)?.session.certificateEnds,
});
