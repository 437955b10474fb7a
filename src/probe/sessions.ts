// The five sessions in which probe looks at a node: one for each role, and one that must be refused.

import type { Cluster } from '../model/cluster.ts';
import type { Login, NodeFacts } from './facts.ts';
import type { RoleKind } from '../model/role-kind.ts';
import { connect, type Connected, type Session, type Target } from './connection.ts';

export type Sessions = Readonly<Record<RoleKind | 'replicationSql', Connected>>;

/** All at the same time, once the first has shown that something listens: a dead host costs one socket. */
export async function openSessions(target: Target, roles: Cluster['postgres']): Promise<Sessions> {
  let reached!: () => void;
  const isReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
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
export const sameFor = (one: Connected): Sessions => ({
  admin: one,
  writer: one,
  reader: one,
  replication: one,
  replicationSql: one,
});

export const sessionIn = (one: Connected): Session | undefined => (one.ok ? one.session : undefined);

export async function closeSessions(sessions: Sessions, but?: Session): Promise<void> {
  const open = Object.values(sessions).flatMap((one) => sessionIn(one) ?? []);
  await Promise.all(open.filter((session) => session !== but).map((session) => session.close()));
}

const login = (one: Connected): Login => (one.ok ? { ok: true } : one);

export function loginsOf(
  sessions: Sessions,
): Pick<NodeFacts, 'logins' | 'replicationSql' | 'certificateEnds'> {
  const { admin, writer, reader, replication, replicationSql } = sessions;
  return {
    logins: {
      admin: login(admin),
      writer: login(writer),
      reader: login(reader),
      replication: login(replication),
    },
    replicationSql: login(replicationSql),
    certificateEnds: Object.values(sessions).find((one) => one.ok)?.session.certificateEnds,
  };
}
