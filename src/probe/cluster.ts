// Do the nodes make one cluster, with one primary, the one that the file names?

import type { Cluster, Node } from '../model/cluster.ts';
import type { NodeFacts, ServerState } from './facts.ts';
import { settingsFor } from '../model/topology.ts';
import { finding, type Finding, type Status } from '../model/finding.ts';

type Answering = NodeFacts & { readonly server: ServerState };

export function judgeCluster(cluster: Cluster, all: readonly NodeFacts[]): readonly Finding[] {
  const answering = all.filter((facts): facts is Answering => facts.server !== undefined);
  return [
    judgePrimary(cluster, all, answering),
    ...judgeRoles(cluster, answering),
    ...(answering.length > 0 ? judgeSameness(cluster, answering) : []),
  ];
}

const names = (list: readonly { readonly node: Node }[]): string =>
  list.map(({ node }) => node.name).join(', ');

function judgePrimary(cluster: Cluster, all: readonly NodeFacts[], answering: readonly Answering[]): Finding {
  const about = { check: 'one-primary' };
  const primaries = answering.filter(({ server }) => !server.inRecovery);
  if (primaries.length > 1) {
    return finding(about, 'critical', `split brain: ${names(primaries)} accept writes`, [
      'stop the applications, then stop PostgreSQL on the node that is not meant to be the primary',
      'compare the data before anything is cloned again: rows may be on one side only',
    ]);
  }
  if (primaries.length === 1) return finding(about, 'ok', `${names(primaries)} is the only primary`);
  if (!all.some(({ node }) => node.name === cluster.configuredPrimary.name)) {
    const { name } = cluster.configuredPrimary;
    return finding(about, 'ok', `the primary ${name} was not asked (CLUSTER_DB_HOSTS)`);
  }
  const unseen = all.filter(({ server }) => !server);
  const but = unseen.length > 0 ? `; ${names(unseen)} could not be seen` : '';
  const next =
    answering.length > 0
      ? [`if ${cluster.configuredPrimary.name} cannot come back, promote the replica with the least lag`]
      : [];
  return finding(about, 'critical', `no writable primary was found${but}`, next);
}

function judgeRoles(cluster: Cluster, answering: readonly Answering[]): readonly Finding[] {
  const [leader, ...others] = answering.filter(({ server }) => !server.inRecovery);
  return answering.map(({ node, server }) => {
    const about = { node, check: 'role' };
    const expected = node.name === cluster.configuredPrimary.name ? 'primary' : 'replica';
    const actual = server.inRecovery ? 'replica' : 'primary';
    if (expected === actual) return finding(about, 'ok', `is a ${actual}, as in .env.cluster`);
    const message = `is a ${actual}, but .env.cluster has ${expected}`;
    const fix =
      leader !== undefined && others.length === 0
        ? [`if that is right, write into .env.cluster: ${settingsFor(cluster, leader.node).join(' and ')}`]
        : [];
    return finding(about, 'warning', message, fix);
  });
}

function judgeSameness(cluster: Cluster, answering: readonly Answering[]): readonly Finding[] {
  const major = ({ server }: Answering) => Math.floor(server.versionNumber / 10_000);
  const wanted = cluster.postgres.version;
  return [
    same(
      answering,
      'system-identifier',
      'critical',
      'system identifiers',
      ({ server }) => server.systemIdentifier,
      [
        'a node with another identifier is a copy of another cluster: check its host and port in .env.cluster',
      ],
    ),
    same(answering, 'timeline', 'critical', 'timelines', ({ server }) => String(server.timeline), [
      'a node on an old timeline did not follow the last promotion; if there is one primary: dbctl add-replica <node>',
    ]),
    same(answering, 'major-version', 'critical', 'major versions', (facts) => String(major(facts))),
    same(answering, 'minor-version', 'warning', 'versions', ({ server }) => server.version, [
      'install the newest minor version everywhere, replicas first',
    ]),
    answering.every((facts) => major(facts) === wanted)
      ? finding({ check: 'configured-version' }, 'ok', `PostgreSQL ${wanted}, as in .env.cluster`)
      : finding(
          { check: 'configured-version' },
          'warning',
          `.env.cluster has PostgreSQL ${wanted}, the servers run ${[...new Set(answering.map(major))].join(', ')}`,
          ['set POSTGRES_VERSION to the running version'],
        ),
  ];
}

function same(
  answering: readonly Answering[],
  check: string,
  status: Status,
  what: string,
  valueOf: (facts: Answering) => string,
  next: readonly string[] = [],
): Finding {
  if (new Set(answering.map(valueOf)).size <= 1) return finding({ check }, 'ok', `all nodes agree: ${what}`);
  const each = answering.map((facts) => `${facts.node.name} ${valueOf(facts)}`).join(', ');
  return finding({ check }, status, `${what} differ: ${each}`, next);
}
