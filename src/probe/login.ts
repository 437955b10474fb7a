// Is the node reachable, is its certificate good, and does every role get in as far as it should?

import type { Cluster, Node } from '../model/cluster.ts';
import type { Failure, FailureKind, NodeFacts } from './facts.ts';
import { roleKinds, type RoleKind } from '../model/role-kind.ts';
import { finding, type Finding } from '../model/finding.ts';

type Advice = (cluster: Cluster, node: Node) => readonly string[];

interface Reason {
  readonly says: (failure: Failure, cluster: Cluster, node: Node) => string;
  readonly next: Advice;
}

const readLog: Advice = (_, node) => [`dbctl logs ${node.name}`];
const newCertificate: Advice = (cluster, node) => [
  node.name === cluster.configuredPrimary.name ? 'dbctl init-primary' : `dbctl add-replica ${node.name}`,
  `or check that ${cluster.caCertificateFile} is this cluster's CA`,
];
const address = ({ host, port }: Node): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** What keeps everybody out: it is told once per node. */
const nodeWide: Partial<Record<FailureKind, Reason>> = {
  refused: {
    says: (_, __, node) => `nothing listens on ${address(node)}`,
    next: readLog,
  },
  timeout: {
    says: (_, __, node) => `${address(node)} did not answer in time`,
    next: (_, node) => [
      `check that the host is up and that a firewall lets this machine reach ${address(node)}`,
    ],
  },
  'not-asked': {
    says: () => 'was not checked: the time limit was reached',
    next: () => ['give it more time: dbctl probe --timeout 30s'],
  },
  dns: {
    says: (_, __, node) => `the name ${node.host} cannot be resolved`,
    next: () => ['check the name in .env.cluster, and the name server of this machine'],
  },
  'no-route': {
    says: ({ detail }, _, node) => `${address(node)} cannot be reached: ${detail}`,
    next: () => ['check the network between this machine and the host'],
  },
  closed: { says: ({ detail }) => `closed the connection: ${detail}`, next: readLog },
  'starting-up': { says: ({ detail }) => `does not accept logins yet: ${detail}`, next: readLog },
  'no-tls': { says: () => 'has no TLS', next: newCertificate },
  'tls-name': {
    says: ({ detail }) => `presents a certificate for another name: ${detail}`,
    next: newCertificate,
  },
  'tls-ca': {
    says: (_, { name }) => `presents a certificate that the CA of ${name} did not sign`,
    next: newCertificate,
  },
  'tls-date': {
    says: ({ detail }) => `presents a certificate outside its dates: ${detail}`,
    next: newCertificate,
  },
};

const roleSettings: Readonly<Record<RoleKind, string>> = {
  admin: 'POSTGRES_USER and POSTGRES_PASSWORD',
  writer: 'POSTGRES_APP_USER and POSTGRES_APP_PASSWORD',
  reader: 'POSTGRES_READONLY_USER and POSTGRES_READONLY_PASSWORD',
  replication: 'POSTGRES_REPLICATION_USER and POSTGRES_REPLICATION_PASSWORD',
};

export function judgeLogins(cluster: Cluster, facts: NodeFacts, now: number): readonly Finding[] {
  const common = sharedFailure(facts);
  if (common) return [unreachable(cluster, facts.node, common)];
  const { node } = facts;
  return [
    finding({ node, check: 'reachable' }, 'ok', `answers on ${address(node)}`),
    ...judgeCertificate(cluster, facts, now),
    ...judgeInterruption(cluster, facts),
    ...roleKinds.filter((role) => role !== 'replication').map((role) => judgeLogin(cluster, facts, role)),
    judgePhysicalLogin(cluster, facts),
    judgeReplicationSql(facts),
  ];
}

/** The failure that kept every role out, if it was one that has nothing to do with roles. */
function sharedFailure({ logins }: NodeFacts): Failure | undefined {
  if (roleKinds.some((role) => logins[role].ok)) return undefined;
  const failures = roleKinds.flatMap((role) => (logins[role].ok ? [] : [logins[role].failure]));
  return failures.every(({ kind }) => nodeWide[kind]) ? failures[0] : undefined;
}

function unreachable(cluster: Cluster, node: Node, failure: Failure): Finding {
  const reason = nodeWide[failure.kind];
  const message = reason?.says(failure, cluster, node) ?? failure.detail;
  const check = failure.kind.includes('tls') ? 'tls' : 'reachable';
  const status = failure.kind === 'not-asked' ? 'unknown' : 'critical';
  return finding({ node, check }, status, message, reason?.next(cluster, node));
}

const day = 86_400_000;

function judgeCertificate(cluster: Cluster, { node, certificateEnds }: NodeFacts, now: number) {
  if (certificateEnds === undefined) return [];
  const days = Math.floor((certificateEnds - now) / day);
  const message = `TLS verified; the certificate is good for ${days} more days`;
  return days < 14
    ? [finding({ node, check: 'tls' }, 'warning', message, newCertificate(cluster, node).slice(0, 1))]
    : [finding({ node, check: 'tls' }, 'ok', message)];
}

function judgeInterruption(cluster: Cluster, { node, interrupted }: NodeFacts): readonly Finding[] {
  if (!interrupted) return [];
  const about = { node, check: 'responsive' };
  const { kind, detail } = interrupted;
  return kind === 'timeout' || kind === 'closed'
    ? [
        finding(
          about,
          'critical',
          `accepted a login, then stopped answering: ${detail}`,
          readLog(cluster, node),
        ),
      ]
    : [finding(about, 'unknown', `cannot be checked, a query failed: ${detail}`)];
}

function judgeLogin(cluster: Cluster, { node, logins }: NodeFacts, role: RoleKind): Finding {
  const login = logins[role];
  const about = { node, role, check: 'login' };
  const { name } = cluster.postgres[role];
  if (login.ok) return finding(about, 'ok', `${role} ${name} logs in`);
  const { kind, detail } = login.failure;
  const wide = nodeWide[kind];
  if (wide) return finding(about, 'critical', `${role} ${name}: ${wide.says(login.failure, cluster, node)}`);
  if (kind === 'auth') return wrongPassword(about, name);
  if (kind === 'hba') {
    return finding(about, 'critical', `pg_hba.conf does not allow ${role} ${name} from this machine`, [
      "add this machine's network to CLUSTER_ALLOWED_CIDRS, then: dbctl up",
    ]);
  }
  return finding(about, 'critical', `${role} ${name} cannot log in: ${detail}`, readLog(cluster, node));
}

const wrongPassword = (about: { node: Node; role: RoleKind; check: string }, name: string): Finding =>
  finding(about, 'critical', `the password of ${about.role} ${name} is wrong, or there is no such role`, [
    `check ${roleSettings[about.role]} in .env.cluster`,
    'or set these passwords: dbctl roles apply --passwords',
  ]);

/** Replication is only for the cluster's own hosts, so "not from here" is the good answer for everybody else. */
function judgePhysicalLogin(cluster: Cluster, { node, logins }: NodeFacts): Finding {
  const about = { node, role: 'replication' as const, check: 'login' };
  const { name } = cluster.postgres.replication;
  const login = logins.replication;
  if (login.ok) return finding(about, 'ok', `replication ${name} logs in`);
  const { kind, detail } = login.failure;
  if (kind === 'hba')
    return finding(about, 'ok', `replication ${name} is refused from this machine, as it should be`);
  if (kind === 'auth') return wrongPassword(about, name);
  return finding(about, 'critical', `replication ${name} cannot log in: ${detail}`);
}

function judgeReplicationSql({ node, replicationSql }: NodeFacts): Finding {
  const about = { node, role: 'replication' as const, check: 'replication-sql' };
  if (!replicationSql.ok && replicationSql.failure.kind === 'hba') {
    return finding(about, 'ok', 'the replication role cannot open an SQL session');
  }
  const reached = replicationSql.ok || ['auth', 'permission'].includes(replicationSql.failure.kind);
  return reached
    ? finding(about, 'warning', 'pg_hba.conf allows SQL sessions of the replication role', [
        'limit its lines in pg_hba.conf to the database "replication": dbctl init-primary',
      ])
    : finding(about, 'unknown', 'it is unknown whether the replication role can open SQL sessions');
}
