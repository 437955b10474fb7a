// The whole answer of probe: what was seen, what is wrong, and how bad it is. This is also the JSON schema of
// `dbctl probe -o json` (docs/probe.md): fields may be added, never renamed.

import type { Cluster } from '../model/cluster.ts';
import { judgeCluster } from './cluster.ts';
import type { NodeFacts } from './facts.ts';
import type { RoleKind } from '../model/role-kind.ts';
import { probeExitCode, worstOf, type Finding, type Status } from '../model/finding.ts';
import { judgeLogins } from './login.ts';
import { judgePrivileges } from './privileges.ts';
import { judgeProtection, protectionOf } from './protection.ts';
import type { ArchivingReport } from '../postgres/archiving.ts';
import { judgeReplication } from './replication.ts';

export type LoginMark = 'ok' | 'refused from here' | 'failed' | 'not seen';

export interface NodeReport {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly status: Status;
  readonly expectedRole: 'primary' | 'replica';
  readonly role: 'primary' | 'replica' | null;
  /** "writable", "read-only", "streaming", "not streaming", "unknown" or why it is unreachable: "timeout", "refused" … */
  readonly state: string;
  /** To the millisecond; null on a primary and when it cannot be known. */
  readonly lagSeconds: number | null;
  readonly lagBytes: number | null;
  readonly tls: boolean;
  readonly certificateEnds: string | null;
  readonly logins: Readonly<Record<RoleKind, LoginMark>>;
  readonly version: string | null;
  readonly systemIdentifier: string | null;
  readonly timeline: number | null;
}

export interface ProbeReport {
  readonly cluster: string;
  readonly status: Status;
  readonly exitCode: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly nodes: readonly NodeReport[];
  readonly protection: ArchivingReport;
  /** Every answer, the good ones too. */
  readonly findings: readonly Finding[];
}

/** Judges what was seen at `now` (milliseconds since 1970). */
export function reportOf(cluster: Cluster, all: readonly NodeFacts[], now: number): ProbeReport {
  const findings = [
    ...judgeCluster(cluster, all),
    ...all.flatMap((facts) => [...judgeLogins(cluster, facts, now), ...judgePrivileges(cluster, facts)]),
    ...judgeReplication(cluster, all),
    ...judgeProtection(cluster, all),
  ];
  const status = worstOf(findings);
  const ofNode = byNode(findings);
  return {
    cluster: cluster.name,
    status,
    exitCode: probeExitCode[status],
    time: new Date(now).toISOString(),
    nodes: all.map((facts) => nodeReport(cluster, facts, ofNode.get(facts.node.name) ?? [])),
    protection: protectionOf(cluster, all),
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

function nodeReport(cluster: Cluster, facts: NodeFacts, findings: readonly Finding[]): NodeReport {
  const { node, server, lag, certificateEnds } = facts;
  return {
    ...node,
    status: worstOf(findings),
    expectedRole: node.name === cluster.configuredPrimary.name ? 'primary' : 'replica',
    role: server ? (server.inRecovery ? 'replica' : 'primary') : null,
    state: stateOf(facts),
    lagSeconds: lag?.seconds === undefined ? null : Math.round(lag.seconds * 1000) / 1000,
    lagBytes: lag?.bytes ?? null,
    tls: certificateEnds !== undefined,
    certificateEnds: certificateEnds === undefined ? null : new Date(certificateEnds).toISOString(),
    logins: loginMarks(facts),
    version: server?.version ?? null,
    systemIdentifier: server?.systemIdentifier ?? null,
    timeline: server?.timeline ?? null,
  };
}

function stateOf({ logins, server, writerWrites, adminCreates, replica }: NodeFacts): string {
  if (!server) return logins.admin.ok ? 'unknown' : logins.admin.failure.kind;
  if (!server.inRecovery) {
    return writerWrites?.allowed || adminCreates?.allowed ? 'writable' : 'read-only';
  }
  if (!replica) return 'unknown';
  return replica.receiver?.status === 'streaming' ? 'streaming' : 'not streaming';
}

const connectionTroubles = new Set(['auth', 'hba', 'permission', 'no-database', 'too-many', 'other']);

function loginMarks({ logins }: NodeFacts): Readonly<Record<RoleKind, LoginMark>> {
  const mark = (role: RoleKind): LoginMark => {
    const login = logins[role];
    if (login.ok) return 'ok';
    if (role === 'replication' && login.failure.kind === 'hba') return 'refused from here';
    return connectionTroubles.has(login.failure.kind) ? 'failed' : 'not seen';
  };
  return {
    admin: mark('admin'),
    writer: mark('writer'),
    reader: mark('reader'),
    replication: mark('replication'),
  };
}
