// Do the gateways lead where they should, and all to the same nodes?

import type { Node } from '../model/cluster.ts';
import { finding, type Finding } from '../model/finding.ts';
import type { EntryKind } from '../model/gateways.ts';
import type { ServerSeen } from './statistics-query.ts';

/** One gateway's host. */
export interface GatewaySeen {
  /** Of its host. */
  readonly name: string;
  /** DNS name or IP address (without brackets). */
  readonly address: string;
  readonly ports: Readonly<Record<EntryKind, number>>;
  /** What HAProxy believes; null where it does not answer, or its host does not. */
  readonly servers: readonly ServerSeen[] | null;
  /** Why its host does not answer; null where it does. */
  readonly problem: string | null;
}

/** Names of the nodes to which a port leads now. */
const ledTo = ({ servers }: GatewaySeen, entry: EntryKind): readonly string[] =>
  (servers ?? []).filter((one) => one.entry === entry && one.isUp).map(({ node }) => node);

export function judgeGateways(
  seen: readonly GatewaySeen[],
  nodes: readonly Pick<Node, 'name'>[],
): readonly Finding[] {
  return [...seen.flatMap((one) => judgeOne(one, nodes)), ...judgeSameness(seen)];
}

function judgeOne(seen: GatewaySeen, nodes: readonly Pick<Node, 'name'>[]): readonly Finding[] {
  const { name: gateway, servers, problem } = seen;
  const about = { check: 'gateway' };
  if (problem !== null) return [finding(about, 'unknown', `gateway ${gateway}: ${problem}`)];
  if (servers === null)
    return [
      finding(about, 'critical', `HAProxy on ${gateway} does not answer`, [
        `what it says, on ${gateway}: journalctl -u 'dbctl-haproxy-*' -n 20`,
        'set it up, or start it: dbctl up',
      ]),
    ];
  return [judgePrimary(seen), ...judgeNodes(seen, nodes)];
}

function judgePrimary(seen: GatewaySeen): Finding {
  const { name: gateway } = seen;
  const about = { check: 'gateway-primary' };
  const leaders = ledTo(seen, 'primary');
  if (leaders.length === 1) return finding(about, 'ok', `${gateway} leads writers to ${leaders[0]}`);
  return leaders.length === 0
    ? finding(about, 'critical', `${gateway} leads writers to nobody: no node says that it is the primary`, [
        'dbctl status',
      ])
    : finding(
        about,
        'critical',
        `${gateway} refuses writers: ${leaders.join(' and ')} both say that they are the primary`,
        ['see which one is right: dbctl status'],
      );
}

function* judgeNodes(seen: GatewaySeen, nodes: readonly Pick<Node, 'name'>[]): Iterable<Finding> {
  const { name: gateway } = seen;
  const answering = ledTo(seen, 'any');
  const silent = nodes.filter(({ name }) => !answering.includes(name)).map(({ name }) => name);
  const about = { check: 'gateway-nodes' };
  yield silent.length === 0
    ? finding(about, 'ok', `${gateway} gets an answer from every node`)
    : finding(about, 'warning', `${gateway} gets no answer from ${silent.join(', ')}`, [
        'whether they run: dbctl status',
        'whether the gateway reaches them: dbctl doctor',
      ]);
  const [leaders, readers] = [ledTo(seen, 'primary'), ledTo(seen, 'replicas')];
  if (readers.length > 0) yield finding(about, 'ok', `${gateway} leads readers to ${readers.join(', ')}`);
  if (leaders.length !== 1) return;
  for (const node of answering.filter((name) => !leaders.includes(name) && !readers.includes(name)))
    yield finding(
      about,
      'warning',
      `${gateway} leads no readers to ${node}: it does not stream, or is more than MAX_REPLICA_LAG behind`,
      ['how far it is behind: dbctl probe'],
    );
}

function judgeSameness(seen: readonly GatewaySeen[]): readonly Finding[] {
  const leading = seen.filter(({ servers }) => servers);
  const leaders = new Set(leading.map((one) => ledTo(one, 'primary').join(' and ') || 'nobody'));
  if (leading.length < 2) return [];
  const about = { check: 'gateways-agree' };
  if (leaders.size === 1) return [finding(about, 'ok', 'all gateways lead writers to the same node')];
  const each = leading.map((one) => `${one.name} to ${ledTo(one, 'primary').join(' and ') || 'nobody'}`);
  return [
    finding(about, 'critical', `gateways lead writers to different nodes: ${each.join(', ')}`, [
      'if it lasts longer than 3 s, see which links are missing: dbctl doctor',
    ]),
  ];
}
