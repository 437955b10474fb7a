// From what was seen of WAL to an answer: who holds how much, how long that lasts, what to do.

import type { Cluster } from '../model/cluster.ts';
import { primariesAmong, type NodeSight } from '../model/topology.ts';
import { adviceOn, lostSlotAdvice, nowhereAdvice, type WalAdvice, type WalStep } from './advice.ts';
import { formatBytes, formatSpan } from '../model/units.ts';
import type { WalDirectory, WalFacts } from './facts.ts';
import { holdersOn, type WalHolder } from './holders.ts';
import { outlookOf, rateNow, rateSinceArchived } from './outlook.ts';

export type NodeWal = ReturnType<typeof nodeWal>;
export type WalExplanation = ReturnType<typeof explainWal>;

export function explainWal(cluster: Cluster, sights: readonly WalFacts[]) {
  const nodes = cluster.nodes.flatMap(({ name }) => {
    const sight = sights.find(({ node }) => node === name);
    return sight ? [nodeWal(cluster, sight)] : [];
  });
  // After a failover by hand it is another one than .env.cluster says.
  const primary = nodes.find(({ role, server }) => role === 'primary' && server !== null) ?? nodes[0];
  const biggest = primary && mostOf(primary.holders);
  return {
    cluster: cluster.name,
    /** One sentence. */
    summary: primary ? summaryOf(primary, cluster) : 'no WAL was measured',
    /** Who holds the most on the primary. */
    biggest: primary && biggest ? { node: primary.node, holder: biggest.name, bytes: biggest.bytes } : null,
    /** The primary first. */
    nodes,
    advice: nodes.flatMap((one) => adviceAbout(one, cluster, sights)),
  };
}

/** The nodes that take writes. */
export const leadersAmong = (cluster: Cluster, sights: readonly WalFacts[]): readonly NodeSight[] =>
  primariesAmong(cluster, ({ name }) =>
    sights.some(({ node, server }) => node === name && server?.isInRecovery === false),
  );

const mostOf = (holders: readonly WalHolder[]): WalHolder | undefined =>
  holders.toSorted((one, other) => other.bytes - one.bytes)[0];

function nodeWal(cluster: Cluster, sight: WalFacts) {
  const { node, problem, directory, server } = sight;
  const isReplica = server ? server.isInRecovery : node !== cluster.configuredPrimary.name;
  const role = isReplica ? 'replica' : 'primary';
  return {
    node,
    role,
    /** Why nothing, or not everything, is known. */
    problem: problem ?? stoppedBecause(sight),
    directory: directory ?? null,
    holders: holdersOn(sight),
    rate: server ? { now: rateNow(server), sinceArchived: rateSinceArchived(server) ?? null } : null,
    outlook: outlookOf(sight),
    /** Everything the server said. */
    server: server ?? null,
  };
}

function stoppedBecause({ directory, server }: WalFacts): string | null {
  if (server) return null;
  return directory ? 'PostgreSQL does not run' : 'it is not set up';
}

function summaryOf(primary: NodeWal, cluster: Cluster): string {
  const { node, directory, outlook } = primary;
  switch (outlook.kind) {
    case 'steady':
      return `WAL is not accumulating; the disk of ${node} will not fill up`;
    case 'idle':
      return `${outlook.holder} retains a growing amount of WAL, but none is written now`;
    case 'full':
      return `${outlook.holder} is filling the disk of ${node}: full in ${when(outlook)}`;
    case 'limit':
      return `${limitReached(outlook.holder, cluster)} in ${when(outlook)}`;
    case 'unknown':
      break;
  }
  const free = directory ? `; ${formatBytes(directory.freeBytes)} of its disk is free` : '';
  return `${node}: ${primary.problem}${free}`;
}

const when = ({ seconds, bytesPerSecond }: { seconds: number; bytesPerSecond: number }): string =>
  `${formatSpan(seconds)} at ${formatBytes(bytesPerSecond)}/s`;

const limitReached = (holder: string, { backup }: Cluster): string =>
  holder === 'archiver' && backup
    ? 'pgBackRest drops WAL that it cannot send, and a new backup is needed,'
    : `${holder} reaches max_slot_wal_keep_size and is invalidated`;

/** WAL that takes more of the file system than this is worth a word, also when it does not grow. */
const largeShare = 0.1;
/** With less free than this, room comes first; with less time than this in seconds, it comes behind what helps for good. */
const nearlyFullShare = 0.05;
const soonSeconds = 3600;

function adviceAbout(wal: NodeWal, cluster: Cluster, sights: readonly WalFacts[]): readonly WalAdvice[] {
  const { server, directory, holders, role } = wal;
  const node = cluster.nodes.find(({ name }) => name === wal.node);
  if (!directory || !node) return [];
  if (!server) return role === 'primary' ? [stoppedAdvice(wal, directory)] : [];
  const { fileSystemBytes } = directory;
  const place = { cluster, sights, node, server, fileSystemBytes };
  const biggest = mostOf(holders);
  const isLarge = biggest !== undefined && biggest.bytes > fileSystemBytes * largeShare;
  const notable = holders.filter((one) => one.isGrowing || (isLarge && one === biggest));
  const advice = notable.map((holder) => adviceOn(holder, place));
  const isNearlyFull = directory.freeBytes < fileSystemBytes * nearlyFullShare;
  return [
    ...(isNearlyFull ? [moreRoom(`The disk of ${wal.node} is nearly full`)] : []),
    ...advice,
    ...(!isNearlyFull && isFullSoon(wal)
      ? [moreRoom(`The disk of ${wal.node} is full within the hour`)]
      : []),
    ...lostSlotAdvice(place),
    ...nowhereAdvice(place),
  ];
}

const isFullSoon = ({ outlook }: NodeWal): boolean =>
  outlook.kind === 'full' && outlook.seconds < soonSeconds;

const room: WalStep = { text: 'enlarge the file system, or move files that are not of PostgreSQL' };

const moreRoom = (why: string): WalAdvice => ({
  why: `${why}. Delete nothing in pg_wal by hand: that destroys the database.`,
  next: [room],
});

const stoppedAdvice = ({ node }: NodeWal, { freeBytes, fileSystemBytes }: WalDirectory): WalAdvice => ({
  why: `PostgreSQL does not run on ${node}. Delete nothing in pg_wal by hand: that destroys the database.`,
  next: [
    { text: 'see why it stopped', command: `dbctl logs ${node}` },
    ...(freeBytes < fileSystemBytes * nearlyFullShare ? [room] : []),
    { text: 'start it', command: 'dbctl init-primary' },
  ],
});
