// Do the members of etcd agree, and how many may still be lost? Facts in, findings out.

import { finding, type Finding } from '../model/finding.ts';
import { quorumOf } from './member-list.ts';

/** One member. */
export interface EtcdSeen {
  /** Of its host. */
  readonly name: string;
  /** DNS name or IP address (without brackets). */
  readonly address: string;
  /** Whether it takes part in what more than half of the members agree on. */
  readonly isHealthy: boolean;
  readonly isLeader: boolean;
  /** null where it does not answer. */
  readonly version: string | null;
  /** null where it does not answer. */
  readonly databaseBytes: number | null;
  /** What it complains of. */
  readonly complaints: readonly string[];
  /** Why its host does not answer; null where it does. */
  readonly problem: string | null;
}

/** "3 of 3 members, leader control" */
export function etcdSummary(seen: readonly EtcdSeen[]): string {
  const healthy = seen.filter(({ isHealthy }) => isHealthy).length;
  const leader = seen.find(({ isLeader }) => isLeader)?.name ?? 'unknown';
  return `${healthy} of ${seen.length} members, leader ${leader}`;
}

export function judgeEtcd(seen: readonly EtcdSeen[]): readonly Finding[] {
  return [judgeMembers(seen), ...seen.flatMap(judgeComplaints)];
}

function judgeMembers(seen: readonly EtcdSeen[]): Finding {
  const about = { check: 'etcd' };
  const missing = seen.filter(({ isHealthy }) => !isHealthy);
  if (missing.length === 0) return finding(about, 'ok', `etcd: ${etcdSummary(seen)}`);
  const names = missing.map(({ name }) => name).join(' and ');
  const spare = seen.length - missing.length - quorumOf(seen.length);
  const unseen = missing.filter(({ problem }) => problem !== null);
  const next = [
    ...unseen.map(({ name, problem }) => `${name}: ${problem}`),
    `see why, on a host of these: journalctl -u 'dbctl-etcd-*' -n 20`,
    'set it up, or start it: dbctl up',
  ];
  if (spare >= 0)
    return finding(
      about,
      'warning',
      `etcd on ${names} is not there; ${spare === 0 ? 'no other member may fail' : `${spare} more may fail`}`,
      next,
    );
  // Those that were not seen may be well.
  const isCertain = missing.length - unseen.length > seen.length - quorumOf(seen.length);
  return finding(
    about,
    isCertain ? 'critical' : 'unknown',
    `etcd has no majority that was seen (${etcdSummary(seen)}): Patroni can choose no leader`,
    next,
  );
}

const judgeComplaints = ({ name, complaints }: EtcdSeen): readonly Finding[] =>
  complaints.map((one) =>
    finding({ check: 'etcd-alarm' }, 'critical', `etcd on ${name} complains: ${one}`, [
      'what it means: docs/etcd.md',
    ]),
  );
