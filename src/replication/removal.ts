// Whether a replica may be taken out of its cluster. Facts in, decision out; nothing is asked here.

import { isEtcdMember } from '../etcd/etcd.ts';
import { sameHost } from '../model/address.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import type { FixedPart } from '../server/fixed-parts.ts';
import { RefusedError, type Explanation } from '../model/errors.ts';

/** What the host of the node says. */
export interface RemovedNodeFacts {
  /** Whether dbctl made what is in the data directory for this very node. */
  readonly isOurs: boolean;
  readonly hasData: boolean;
  /** What keeps its data from being set aside, or removed. */
  readonly fixed: readonly FixedPart[];
  /** Whether its server takes no writes of its own; undefined when none answers. */
  readonly inRecovery: boolean | undefined;
  /** Who streams from it: application names. */
  readonly downstream: readonly string[];
}

export interface RemovalFacts {
  readonly node: string;
  readonly primary: string;
  /** Undefined when its host is not reached. */
  readonly sight: RemovedNodeFacts | undefined;
  /** Whether the primary sends WAL to it now. */
  readonly streams: boolean;
  /** Replicas that say they stream from it. */
  readonly followers: readonly string[];
  readonly synchronousNames: string;
  /** How many other replicas stream from the primary. */
  readonly otherSenders: number;
  readonly isBackupRunning: boolean;
}

export interface RemovalRequest {
  /** The user says that its host is gone. */
  readonly dead: boolean;
  readonly wipe: boolean;
}

type Refusal = Explanation & Required<Pick<Explanation, 'next'>>;
type Rule = (facts: RemovalFacts, request: RemovalRequest) => Refusal | false;

const rules: readonly Rule[] = [
  ({ node, sight, followers }) => {
    const names = [...new Set([...followers, ...(sight?.downstream ?? [])])];
    return (
      names.length > 0 && {
        what: `${names.join(', ')} ${names.length === 1 ? 'streams' : 'stream'} from ${node}`,
        why: 'Without it, they would receive no WAL.',
        next: [`first make the replicas follow the primary: dbctl add-replica ${names.join(' ')}`],
      }
    );
  },
  ({ node, sight }) =>
    sight?.inRecovery === false && {
      what: `${node} accepts writes: it is not a replica now`,
      why: 'It was promoted, or has never been a replica. What was written to it is nowhere else.',
      next: [
        'see which node is the primary: dbctl probe',
        `when its data is not needed, stop it on its host first, then: dbctl remove-replica ${node}`,
      ],
    },
  ({ node, primary, sight, streams }, { dead }) =>
    sight === undefined &&
    streams &&
    !dead && {
      what: `${node} does not answer over SSH, but it streams from ${primary}`,
      why: 'It is not dead: its server would keep running and serve stale data.',
      next: [
        `check the SSH connection to it: dbctl status`,
        `or remove it anyway: dbctl remove-replica ${node} --dead`,
      ],
    },
  ({ node, synchronousNames, otherSenders }) =>
    commitsWaitFor(node, synchronousNames, otherSenders) && {
      what: `commits wait for ${node}: synchronous_standby_names is ${synchronousNames}`,
      why: 'Without it, every commit would wait.',
      next: [
        'let commits wait for others, or for nobody (CLUSTER_SYNCHRONOUS or POSTGRES_CONF_synchronous_standby_names in .env.cluster), then: dbctl up',
      ],
    },
  ({ node, sight }, { wipe }) =>
    wipe &&
    sight === undefined && {
      what: `${node} is not reachable, so its data cannot be wiped`,
      next: [
        `remove it without its data: dbctl remove-replica ${node}`,
        'or wipe it when it is reachable again',
      ],
    },
  ({ node, sight }, { wipe }) =>
    wipe &&
    sight?.hasData === true &&
    !sight.isOurs && {
      what: `the data on ${node} was not made by dbctl for this node`,
      why: 'It may be the only copy, so it is not wiped.',
      next: [`remove it and keep the data: dbctl remove-replica ${node}`],
    },
  ({ node, sight }) => {
    const [first, ...more] = sight?.isOurs ? sight.fixed : [];
    return (
      first !== undefined && {
        what: `the data of ${node} cannot be taken from its place: ${first.what}`,
        ...(more.length > 0 && { why: more.map(({ what }) => what).join('\n') }),
        next: [first, ...more].map(({ next }) => next),
      }
    );
  },
  ({ node, sight, isBackupRunning }) =>
    isBackupRunning &&
    sight !== undefined && {
      what: `a backup is running, perhaps from ${node}`,
      next: ['see its progress: dbctl backup info', 'run the same command again when it has ended'],
    },
];

/** Throws RefusedError when something would break or be lost. */
export function refuseRemoval(facts: RemovalFacts, request: RemovalRequest): void {
  for (const rule of rules) {
    const found = rule(facts, request);
    if (found) throw new RefusedError({ ...found, next: [...found.next, 'nothing was changed'] });
  }
}

/** Throws RefusedError for a node whose host is one of etcd's: they change one at a time, each seen to be well. */
export function refuseEtcdHost(cluster: Cluster, node: Node): void {
  const { etcd, control, nodes } = cluster;
  const stays = [control, ...nodes].filter(({ name }) => name !== node.name);
  if (etcd === undefined || !isEtcdMember(cluster, node)) return;
  if (stays.some(({ host }) => sameHost(host, node.host))) return;
  const left = etcd.members.filter(({ host }) => !sameHost(host, node.host));
  const spare = stays.find(({ host }) => host !== 'local' && !isEtcdMember(cluster, { host }));
  const names = [...left.map(({ name }) => name), spare?.name ?? 'witness=<another host>'];
  throw new RefusedError({
    what: `etcd runs on the host of ${node.name}`,
    why: 'Patroni keeps in etcd who leads. Another host takes its place there before the node goes.',
    next: [
      `write hosts that stay into .env.cluster, ETCD_HOSTS=${names.join(',')}, then: dbctl up`,
      'then run the same command again',
      'nothing was changed',
    ],
  });
}

/** Whether commits would hang without a replica: it is named, or too few others are left. */
export function commitsWaitFor(node: string, synchronousNames: string, others: number): boolean {
  const text = synchronousNames.trim();
  if (text === '') return false;
  const [, way, count = '1', listed = text] = /^(first|any)?\s*(\d+)\s*\((.*)\)$/is.exec(text) ?? [];
  const names = listed.split(',').map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  );
  const isLeftAlone = others < Number(count);
  if (way?.toLowerCase() === 'any' && names.includes(node)) return isLeftAlone;
  return names.includes(node) || (names.includes('*') && isLeftAlone);
}
