// Does every replica stream from the primary, through its own slot, over TLS, and soon enough?

import type { Cluster, Node } from '../model/cluster.ts';
import type { NodeFacts, Sender, Slot } from './facts.ts';
import { finding, type Finding } from '../model/finding.ts';
import { formatBytes, formatSeconds } from '../model/units.ts';
import {
  aloneAdvice,
  commitsWait,
  confirmsAlone,
  neededConfirmations,
  waitAdvice,
} from '../postgres/synchronous.ts';
import { streamingSlotOf } from '../model/slot.ts';

export function judgeReplication(cluster: Cluster, all: readonly NodeFacts[]): readonly Finding[] {
  const primary = all.find(({ server }) => server && !server.inRecovery);
  const replicas = all.filter(({ server }) => server?.inRecovery);
  const findings = [
    ...replicas.flatMap((facts) => [
      judgeReceiver(facts),
      judgeReplay(facts),
      judgeLag(cluster, facts, primary),
      judgeSender(cluster, facts, primary),
    ]),
    ...judgeSlots(cluster, primary),
    judgeCommits(cluster, primary),
  ];
  return findings.filter((one) => one !== undefined);
}

/** A primary that takes writes and never confirms them is none that an application can use. */
function judgeCommits(
  { synchronous: wanted }: Pick<Cluster, 'synchronous'>,
  primary: NodeFacts | undefined,
): Finding | undefined {
  const synchronous = primary?.primary?.synchronous;
  if (!synchronous) return undefined;
  const about = { node: primary.node, check: 'synchronous' };
  const alone = confirmsAlone(wanted, synchronous);
  if (alone !== undefined) return finding(about, 'warning', alone, aloneAdvice);
  if (neededConfirmations(synchronous) === 0) return undefined;
  const waiting = commitsWait(synchronous);
  return waiting === undefined
    ? finding(
        about,
        'ok',
        `commits are confirmed by ${synchronous.confirming.join(', ')} (${synchronous.names})`,
      )
    : finding(about, 'critical', waiting, waitAdvice);
}

function judgeReceiver({ node, replica }: NodeFacts): Finding {
  const about = { node, check: 'streaming' };
  if (!replica) return finding(about, 'unknown', 'only the admin role can see whether it streams');
  const { receiver } = replica;
  if (receiver?.status === 'streaming')
    return finding(about, 'ok', `streams from ${receiver.host}:${receiver.port}`);
  return finding(about, 'critical', `does not stream: ${receiver?.status ?? 'it has no WAL receiver'}`, [
    `dbctl logs ${node.name}   (a wrong replication password or a lost slot shows there)`,
    `dbctl add-replica ${node.name}   (repairs it, cloning again only when needed)`,
  ]);
}

const judgeReplay = ({ node, replica }: NodeFacts): Finding | undefined =>
  replica?.replayPaused
    ? finding({ node, check: 'replay' }, 'warning', 'replay is paused', [
        `as superuser on ${node.name}: select pg_wal_replay_resume()`,
      ])
    : undefined;

function judgeLag(
  { lagLimits }: Cluster,
  { node, lag }: NodeFacts,
  primary: NodeFacts | undefined,
): Finding | undefined {
  const about = { node, check: 'lag' };
  if (!lag) {
    const why = primary ? 'its replay position was not seen' : 'no primary answered';
    return finding(about, 'unknown', `lag unknown: ${why}`);
  }
  const { seconds, bytes } = lag;
  if (seconds === undefined) {
    // Nothing to replay and no stream: the missing stream is the problem, and it is told.
    if (bytes === 0) return undefined;
    return finding(about, 'warning', `lag unknown: ${formatBytes(bytes)} behind, for an unknown time`);
  }
  const message = `${formatSeconds(seconds)} behind (${formatBytes(bytes)})`;
  const { warnSeconds, maxSeconds } = lagLimits;
  const advice = [`dbctl logs ${node.name}   (long queries, a slow disk or a slow network delay replay)`];
  if (seconds > maxSeconds)
    return finding(about, 'critical', `${message}, more than ${maxSeconds} s`, advice);
  if (seconds > warnSeconds)
    return finding(about, 'warning', `${message}, more than ${warnSeconds} s`, advice);
  return finding(about, 'ok', message);
}

/** The primary's view of a replica. */
function judgeSender(
  { postgres }: Cluster,
  { node, replica }: NodeFacts,
  primary: NodeFacts | undefined,
): Finding | undefined {
  if (!primary?.primary) return undefined;
  const sender = primary.primary.senders.find(({ application }) => application === node.name);
  const about = { node, check: 'sender' };
  if (sender) return judgeSession(node, sender, postgres.replication.name);
  const { receiver } = replica ?? {};
  if (receiver?.status === 'streaming') {
    const from = `${receiver.host}:${receiver.port}`;
    const what = `streams from ${from}, but ${primary.node.name} has no WAL sender for "${node.name}"`;
    const next = [`dbctl add-replica ${node.name}   (sets primary_conninfo and application_name)`];
    return finding(about, 'warning', what, next);
  }
  // A replica that does not stream has said so itself.
  if (replica) return undefined;
  return finding(about, 'critical', `${primary.node.name} sends it no WAL`, [
    `dbctl add-replica ${node.name}`,
  ]);
}

function judgeSession(node: Node, { state, tls, user }: Sender, expected: string): Finding {
  const about = { node, check: 'sender' };
  if (state !== 'streaming') {
    return finding(about, 'warning', `the WAL sender is in state ${state ?? 'unknown'}, not streaming`);
  }
  if (tls === false) {
    return finding(about, 'critical', 'streams without TLS', [`dbctl add-replica ${node.name}`]);
  }
  if (user !== expected) {
    return finding(about, 'warning', `streams as role ${user ?? 'unknown'}, not as ${expected}`);
  }
  return finding(about, 'ok', `the primary streams to it over TLS as ${user}`);
}

function judgeSlots(cluster: Cluster, primary: NodeFacts | undefined): readonly Finding[] {
  if (!primary?.primary) return [];
  const { slots } = primary.primary;
  const replicas = cluster.nodes.filter(({ name }) => name !== primary.node.name);
  const ours = new Set(replicas.map((node) => streamingSlotOf(cluster, node)));
  return [
    ...replicas.map((node) =>
      judgeSlot(
        node,
        streamingSlotOf(cluster, node),
        slots.find(({ name }) => name === streamingSlotOf(cluster, node)),
      ),
    ),
    ...slots
      .filter(({ name, active }) => !ours.has(name) && !active)
      .map((slot) => strangeSlot(primary, slot)),
  ];
}

function judgeSlot(node: Node, name: string, slot: Slot | undefined): Finding {
  const about = { node, check: 'slot' };
  if (!slot) {
    return finding(about, 'warning', `the primary has no slot ${name}`, [`dbctl add-replica ${node.name}`]);
  }
  const kept = `keeps ${formatBytes(slot.retainedBytes ?? 0)} of WAL`;
  if (slot.walStatus === 'lost') {
    return finding(about, 'critical', `slot ${name} is lost: WAL that the replica needs is gone`, [
      `dbctl add-replica ${node.name}   (creates the slot again; with backups it catches up from the archive)`,
    ]);
  }
  if (slot.walStatus === 'unreserved' && (slot.safeBytes ?? 1) > 0) {
    return finding(about, 'critical', `slot ${name} was invalidated: it is in use, but keeps no WAL`, [
      `dbctl add-replica ${node.name}   (creates the slot again)`,
    ]);
  }
  if (slot.walStatus === 'unreserved') {
    return finding(about, 'critical', `slot ${name} is about to be lost: start ${node.name} now`);
  }
  if (!slot.active) return finding(about, 'warning', `slot ${name} is not in use and ${kept}`);
  return finding(about, 'ok', `slot ${name} is in use and ${kept}`);
}

const strangeSlot = ({ node }: NodeFacts, { name, retainedBytes, walStatus }: Slot): Finding =>
  finding(
    { node, check: 'foreign-slot' },
    walStatus === 'lost' ? 'ok' : 'warning',
    `slot ${name} belongs to no replica of .env.cluster, is not in use and keeps ${formatBytes(retainedBytes ?? 0)} of WAL`,
    [`if it is not needed: select pg_drop_replication_slot('${name}')`],
  );
