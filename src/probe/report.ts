// The whole answer of probe: what was seen, what is wrong, and how bad it is. This is also the JSON schema of
// `dbctl probe -o json` (docs/probe.md): fields may be added, never renamed.

import { ofEachRole, shownNode, type Cluster, type RoleKind } from '../model/cluster.ts';
import { judgeCluster } from './cluster.ts';
import type { NodeFacts } from './facts.ts';
import { probeExitCode, worstOf, type Finding } from '../model/finding.ts';
import { judgeGateways, type GatewayAnswer } from './gateways.ts';
import { judgeLogins } from './login.ts';
import { judgePrivileges } from './privileges.ts';
import { judgeProtection, protectionOf } from './protection.ts';
import { commitsWait } from '../postgres/synchronous.ts';
import { judgeReplication } from './replication.ts';
import { judgeSignals } from './signals.ts';

export type LoginMark = 'ok' | 'refused from here' | 'failed' | 'not seen';

export type NodeReport = ReturnType<typeof nodeReport>;
export type ProbeReport = ReturnType<typeof reportOf>;

/** Judges what was seen at `now` (milliseconds since 1970). */
export function reportOf(
  cluster: Cluster,
  all: readonly NodeFacts[],
  now: number,
  gateways: readonly GatewayAnswer[] = [],
) {
  const findings = [
    ...judgeCluster(cluster, all),
    ...all.flatMap((facts) => [...judgeLogins(cluster, facts, now), ...judgePrivileges(cluster, facts)]),
    ...judgeReplication(cluster, all),
    ...judgeSignals(all),
    ...judgeProtection(cluster, all),
    ...judgeGateways(gateways),
  ];
  const status = worstOf(findings);
  const ofNode = byNode(findings);
  return {
    cluster: cluster.name,
    status,
    exitCode: probeExitCode[status] as number,
    /** ISO 8601, UTC. */
    at: new Date(now).toISOString(),
    nodes: all.map((facts) => nodeReport(cluster, facts, ofNode.get(facts.node.name) ?? [])),
    /** What each port of each gateway led to; none without gateways. */
    gateways,
    protection: protectionOf(cluster, all),
    /** Every answer, the good ones too. */
    findings,
  };
}

function byNode(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const one of findings) {
    if (one.node === undefined) continue;
    const group = groups.get(one.node) ?? [];
    groups.set(one.node, group);
    group.push(one);
  }
  return groups;
}

function nodeReport(cluster: Cluster, facts: NodeFacts, findings: readonly Finding[]) {
  const { node, server, lag, certificateEnds } = facts;
  const isPrimary = node.name === cluster.configuredPrimary.name;
  return {
    ...shownNode(node),
    status: worstOf(findings),
    expectedRole: roleOf(isPrimary),
    role: server ? roleOf(!server.inRecovery) : null,
    /** "writable", "commits wait", "read-only", "streaming", "not streaming", "unknown" or why it is unreachable: "timeout", "refused" … */
    state: stateOf(facts),
    /** To the millisecond; null on a primary and when it cannot be known. */
    lagSeconds: lag?.seconds === undefined ? null : Math.round(lag.seconds * 1000) / 1000,
    lagBytes: lag?.bytes ?? null,
    tls: certificateEnds !== undefined,
    certificateEndsAt: certificateEnds === undefined ? null : new Date(certificateEnds).toISOString(),
    logins: loginMarks(facts),
    version: server?.version ?? null,
    systemIdentifier: server?.systemIdentifier ?? null,
    timeline: server?.timeline ?? null,
  };
}

const roleOf = (isPrimary: boolean) => (isPrimary ? 'primary' : 'replica');

function stateOf({ logins, server, writerWrites, adminCreates, primary, replica }: NodeFacts): string {
  if (!server) return logins.admin.ok ? 'unknown' : logins.admin.failure.kind;
  if (!server.inRecovery) {
    if (primary?.synchronous && commitsWait(primary.synchronous) !== undefined) return 'commits wait';
    return writerWrites?.allowed || adminCreates?.allowed ? 'writable' : 'read-only';
  }
  if (!replica) return 'unknown';
  return replica.receiver?.status === 'streaming' ? 'streaming' : 'not streaming';
}

const connectionTroubles = new Set([
  'auth',
  'hba',
  'no-login',
  'permission',
  'no-database',
  'too-many',
  'other',
]);

const loginMarks = ({ logins }: NodeFacts): Readonly<Record<RoleKind, LoginMark>> =>
  ofEachRole((role) => {
    const login = logins[role];
    if (login.ok) return 'ok';
    if (role === 'replication' && login.failure.kind === 'hba') return 'refused from here';
    return connectionTroubles.has(login.failure.kind) ? 'failed' : 'not seen';
  });
