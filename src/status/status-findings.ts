// What of a cluster's status nobody can be content with: for `dbctl status --check`. Facts in, findings out.

import type { Cluster } from '../model/cluster.ts';
import { judgeEtcd } from '../etcd/judge-etcd.ts';
import { judgePatroni } from '../patroni/judge-patroni.ts';
import { judgeSynchronous } from './judge-synchronous.ts';
import { finding, type Finding } from '../model/finding.ts';
import type { ClusterStatus, NodeStatus } from './status-facts.ts';

/** Every question that `status` asks, with its answer: what is right, too. */
export const statusFindings = (cluster: Cluster, status: ClusterStatus): readonly Finding[] => [
  leading(status),
  ...status.nodes.flatMap((seen) => {
    const node = cluster.nodes.find(({ name }) => name === seen.node);
    const [of, message, next] = serving(seen);
    return [
      finding({ node, check: 'serves' }, of, message, next),
      ...seen.remarks.map((remark) => finding({ node, check: 'as-the-file-says' }, 'warning', remark)),
    ];
  }),
  protection(status),
  ...(status.patroni ? judgePatroni(cluster, status.patroni) : []),
  ...(status.etcd ? judgeEtcd(status.etcd) : []),
  ...judgeSynchronous(status.synchronous),
];

function leading({ leaders, nodes }: ClusterStatus): Finding {
  const names = leaders.map(({ node }) => node.name);
  const about = { check: 'one-primary' };
  if (names.length === 1) return finding(about, 'ok', `${names[0]} leads`);
  if (names.length > 1)
    return finding(
      about,
      'critical',
      `${names.join(' and ')} both take writes: what one has, the other has not`,
      ['a person must decide, see docs/primary.md'],
    );
  const isUnseen = nodes.some(({ state }) => state === 'unreachable');
  return finding(about, isUnseen ? 'unknown' : 'critical', 'no node that was seen takes writes', [
    'see what is to be started: dbctl plan',
  ]);
}

type Answer = readonly [Finding['status'], string, (readonly string[])?];

function serving({ node, state, server, expectedRole, problem, isParted }: NodeStatus): Answer {
  if (state === 'unreachable') return ['unknown', problem ?? 'cannot be reached', ['see why: dbctl doctor']];
  if (state === 'not set up') return ['critical', 'is not set up', ['set it up: dbctl up']];
  if (server === undefined) return ['critical', 'its PostgreSQL does not answer', ['start it: dbctl up']];
  if (!server.isInRecovery) {
    if (expectedRole === 'primary') return ['ok', 'takes writes'];
    return ['warning', 'leads, and .env.cluster names another primary', ['see what to write: dbctl status']];
  }
  if (isParted)
    return [
      'critical',
      'is on another timeline than the primary, and what it streams is not what follows its own data',
      [`give it the data of the primary: dbctl reinit ${node}`],
    ];
  return server.isReceiving
    ? ['ok', 'streams']
    : ['critical', 'is a replica that does not stream', ['see why: dbctl probe']];
}

function protection({ protection: seen }: ClusterStatus): Finding {
  const about = { check: 'protection' };
  if (seen.problem !== null)
    return finding(about, 'unknown', `the repository cannot be asked: ${seen.problem}`, [
      'dbctl backup check',
    ]);
  if (seen.archiving === 'not configured')
    return finding(about, 'warning', seen.message, ['set BACKUP_REPOSITORY, then: dbctl up']);
  const [failed] = seen.failedBackups;
  if (seen.archiving !== 'alive' || seen.gap !== null || seen.lastBackup === null)
    return finding(about, 'critical', seen.message, ['see all of it: dbctl backup check']);
  if (failed !== undefined)
    return finding(about, 'warning', `a backup failed: ${failed.why}`, ['see all of it: dbctl backup check']);
  return finding(about, 'ok', seen.message);
}
