// Who may connect from where: the rules of pg_hba.conf, from the cluster's definition.

import type { Cluster } from '../model/cluster.ts';

/** pg_hba.conf rules as rows of columns: type, database, user, address, method. */
export type HbaRule = readonly [string, string, string, string, string];

const method = 'scram-sha-256';
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Physical replication: only its own role, only from the addresses of nodes. */
export const replicationRules = (cluster: Cluster, nodeCidrs: readonly string[]): readonly HbaRule[] =>
  unique(nodeCidrs).map((cidr) => [
    'hostssl',
    'replication',
    quote(cluster.postgres.replication.name),
    cidr,
    method,
  ]);

/** What Patroni needs besides: a member asks its own server as a replica would, and pg_rewind reads from the new primary. */
export const patroniRules = (cluster: Cluster, nodeCidrs: readonly string[]): readonly HbaRule[] => {
  if (cluster.patroni === undefined) return [];
  const role = quote(cluster.postgres.replication.name);
  return [
    ['local', 'replication', role, '', method],
    ...unique(nodeCidrs).map((cidr): HbaRule => ['hostssl', 'postgres', role, cidr, method]),
  ];
};

/** The application's three roles, only to its database. */
export function clientRules(cluster: Cluster, hostCidrs: readonly string[]): readonly HbaRule[] {
  const { database, admin, writer, reader } = cluster.postgres;
  const roles = [admin, writer, reader].map(({ name }) => quote(name)).join(',');
  return unique([...hostCidrs, ...cluster.allowedCidrs]).map((cidr) => [
    'hostssl',
    quote(database),
    roles,
    cidr,
    method,
  ]);
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/** Rules as aligned lines. */
export function formatRules(rules: readonly HbaRule[]): string {
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rules.map((rule) => rule[column]!.length)));
  return rules
    .map((rule) =>
      rule
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
