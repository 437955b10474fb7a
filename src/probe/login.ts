// Is the node reachable, is its certificate good, and does every role get in as far as it should?

import { type Cluster, type Node, roleKinds, type RoleKind } from '../model/cluster.ts';
import { hostAndPort } from '../model/address.ts';
import type { Failure, FailureKind, NodeFacts } from './facts.ts';
import { finding, type Finding } from '../model/finding.ts';

type Advice = (cluster: Cluster, node: Node) => readonly string[];

/** What is said of it, and what to do. */
type Reason = readonly [says: (failure: Failure, cluster: Cluster, node: Node) => string, next: Advice];

const readLog: Advice = (_, node) => [`dbctl logs ${node.name}`];
const newCertificate: Advice = (cluster, node) => [
  node.name === cluster.configuredPrimary.name ? 'dbctl init-primary' : `dbctl add-replica ${node.name}`,
  `or check that ${cluster.caCertificateFile} is this cluster's CA`,
];

/** What keeps everybody out: it is told once per node. */
const nodeWide: Partial<Record<FailureKind, Reason>> = {
  refused: [(_, __, node) => `nothing listens on ${hostAndPort(node)}`, readLog],
  timeout: [
    (_, __, node) => `${hostAndPort(node)} did not answer in time`,
    (_, node) => [
      `check that the host is up and that a firewall lets this machine reach ${hostAndPort(node)}`,
    ],
  ],
  'not-asked': [
    () => 'was not checked: the time limit was reached',
    () => ['give it more time: dbctl probe --timeout 30s'],
  ],
  dns: [
    (_, __, node) => `the name ${node.host} cannot be resolved`,
    () => ['check the name in .env.cluster, and the name server of this machine'],
  ],
  'no-route': [
    ({ detail }, _, node) => `${hostAndPort(node)} cannot be reached: ${detail}`,
    () => ['check the network between this machine and the host'],
  ],
  closed: [({ detail }) => `closed the connection: ${detail}`, readLog],
  'starting-up': [({ detail }) => `does not accept logins yet: ${detail}`, readLog],
  'no-tls': [() => 'has no TLS', newCertificate],
  'tls-name': [({ detail }) => `presents a certificate for another name: ${detail}`, newCertificate],
  'tls-ca': [(_, { name }) => `presents a certificate that the CA of ${name} did not sign`, newCertificate],
  'tls-date': [({ detail }) => `presents a certificate outside its dates: ${detail}`, newCertificate],
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
  const findings = [
    finding({ node, check: 'reachable' }, 'ok', `answers on ${hostAndPort(node)}`),
    judgeCertificate(cluster, facts, now),
    judgeInterruption(cluster, facts),
    ...roleKinds.filter((role) => role !== 'replication').map((role) => judgeLogin(cluster, facts, role)),
    judgePhysicalLogin(cluster, facts),
    judgeReplicationSql(facts),
  ];
  return findings.filter((one) => one !== undefined);
}

/** The failure that kept every role out, if it was one that has nothing to do with roles. */
function sharedFailure({ logins }: NodeFacts): Failure | undefined {
  if (roleKinds.some((role) => logins[role].ok)) return undefined;
  const failures = roleKinds.flatMap((role) => (logins[role].ok ? [] : [logins[role].failure]));
  return failures.every(({ kind }) => nodeWide[kind]) ? failures[0] : undefined;
}

function unreachable(cluster: Cluster, node: Node, failure: Failure): Finding {
  const [says, next] = nodeWide[failure.kind] ?? [];
  const message = says?.(failure, cluster, node) ?? failure.detail;
  const check = failure.kind.includes('tls') ? 'tls' : 'reachable';
  const status = failure.kind === 'not-asked' ? 'unknown' : 'critical';
  return finding({ node, check }, status, message, next?.(cluster, node));
}

const day = 86_400_000;

function judgeCertificate(cluster: Cluster, { node, certificateEnds }: NodeFacts, now: number) {
  if (certificateEnds === undefined) return undefined;
  const days = Math.floor((certificateEnds - now) / day);
  const message = `TLS verified; the certificate is good for ${days} more days`;
  return days < 14
    ? finding({ node, check: 'tls' }, 'warning', message, newCertificate(cluster, node).slice(0, 1))
    : finding({ node, check: 'tls' }, 'ok', message);
}

function judgeInterruption(cluster: Cluster, { node, interrupted }: NodeFacts): Finding | undefined {
  if (!interrupted) return undefined;
  const about = { node, check: 'responsive' };
  const { kind, detail } = interrupted;
  if (kind !== 'timeout' && kind !== 'closed')
    return finding(about, 'unknown', `cannot be checked, a query failed: ${detail}`);
  const what = `accepted a login, then stopped answering: ${detail}`;
  return finding(about, 'critical', what, readLog(cluster, node));
}

function judgeLogin(cluster: Cluster, { node, logins, roles }: NodeFacts, role: RoleKind): Finding {
  const login = logins[role];
  const about = { node, role, check: 'login' };
  const { name } = cluster.postgres[role];
  if (login.ok) return finding(about, 'ok', `${role} ${name} logs in`);
  const { kind, detail } = login.failure;
  const wide = nodeWide[kind];
  if (wide) return finding(about, 'critical', `${role} ${name}: ${wide[0](login.failure, cluster, node)}`);
  if (kind === 'auth') return wrongPassword(about, name, roles);
  if (kind === 'no-login') return noLogin(about, name, detail);
  if (kind === 'hba') {
    return finding(about, 'critical', `pg_hba.conf does not allow ${role} ${name} from this machine`, [
      "add this machine's network to CLUSTER_ALLOWED_CIDRS, then: dbctl up",
    ]);
  }
  return finding(about, 'critical', `${role} ${name} cannot log in: ${detail}`, readLog(cluster, node));
}

interface About {
  readonly node: Node;
  readonly role: RoleKind;
  readonly check: string;
}

const noLogin = (about: About, name: string, detail: string): Finding =>
  finding(about, 'critical', `${about.role} ${name} is not permitted to log in: ${detail}`, [
    'dbctl roles apply   (gives it LOGIN again)',
  ]);

/** To a client, an expired password and a role that is not there look like a wrong password; the admin sees more. */
function wrongPassword(about: About, name: string, roles: NodeFacts['roles']): Finding {
  const found = roles?.find((one) => one.name === name);
  if (roles && !found) {
    return finding(about, 'critical', `there is no role ${name} for ${about.role}`, [
      'dbctl roles apply   (creates it)',
    ]);
  }
  if (found?.expired) {
    return finding(about, 'critical', `the password of ${about.role} ${name} has expired (VALID UNTIL)`, [
      'dbctl roles apply   (takes the date away)',
    ]);
  }
  const what = roles ? 'is wrong' : 'is wrong or has expired, or there is no such role';
  return finding(about, 'critical', `the password of ${about.role} ${name} ${what}`, [
    `check ${roleSettings[about.role]} in .env.cluster`,
    'or set these passwords: dbctl roles apply --passwords',
  ]);
}

/** Replication is only for the cluster's own hosts, so "not from here" is the good answer for everybody else. */
function judgePhysicalLogin(cluster: Cluster, { node, logins, roles }: NodeFacts): Finding {
  const about = { node, role: 'replication' as const, check: 'login' };
  const { name } = cluster.postgres.replication;
  const login = logins.replication;
  if (login.ok) return finding(about, 'ok', `replication ${name} logs in`);
  const { kind, detail } = login.failure;
  if (kind === 'hba')
    return finding(about, 'ok', `replication ${name} is refused from this machine, as it should be`);
  if (kind === 'auth') return wrongPassword(about, name, roles);
  if (kind === 'no-login') return noLogin(about, name, detail);
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
