import { expect, test } from 'vitest';
import { decideLeader, topologyOf, type NodeData, type NodeSight } from '../../../src/model/topology.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13' });
const [pg1, pg2, pg3] = cluster.nodes as readonly [NodeSight['node'], NodeSight['node'], NodeSight['node']];

/** Each timeline grew from the one before it. */
const grown = (timeline: number): NodeData['ancestors'] =>
  Array.from({ length: timeline - 1 }, (_, index) => ({
    timeline: index + 1,
    endLsn: `0/${index + 3}000000`,
  }));
const data = (timeline: number, isStandby: boolean, ancestors = grown(timeline)): NodeData => ({
  timeline,
  ancestors,
  isStandby,
  systemIdentifier: '1',
  lsn: '0/3000060',
  since: null,
  upstream: null,
  isStreaming: false,
});
type See = (node: NodeSight['node']) => NodeSight;
const primary =
  (timeline = 1): See =>
  (node) => ({ node, state: 'primary', data: data(timeline, false) });
const replica =
  (timeline = 1): See =>
  (node) => ({ node, state: 'replica', data: data(timeline, true) });
const stopped =
  (timeline = 1, isStandby = false): See =>
  (node) => ({ node, state: 'stopped', data: data(timeline, isStandby) });
/** A primary's data, on a timeline that left the first one. */
const branch =
  (timeline: number): See =>
  (node) => ({ node, state: 'stopped', data: data(timeline, false, grown(2)) });
/** A stopped replica's data, on a timeline that has the number of the primary's and left the first one elsewhere. */
const apart =
  (timeline: number): See =>
  (node) => ({
    node,
    state: 'stopped',
    data: data(timeline, true, [{ timeline: 1, endLsn: '0/3000148' }]),
  });
const unknownBegin =
  (timeline: number): See =>
  (node) => ({ node, state: 'stopped', data: data(timeline, true, []) });
const foreign: See = (node) => ({
  node,
  state: 'stopped',
  data: { ...data(1, false), systemIdentifier: '2' },
});
const bare: See = (node) => ({ node, state: 'bare' });
const another: See = (node) => ({ node, state: 'another' });
const away: See = (node) => ({ node, state: 'unreachable', problem: 'no answer within 5 s' });

const seen = (one: See, two: See, three: See) =>
  topologyOf([one(pg1), two(pg2), three(pg3)], '2026-11-21T10:00:00Z');

test.each<[string, See, See, See, string]>([
  ['the file is right', primary(), replica(), replica(), 'leads pg1'],
  [
    'a replica was promoted, and the former primary is stopped',
    stopped(),
    primary(2),
    replica(2),
    'leads pg2',
  ],
  ['a replica was promoted, and nobody follows it yet', stopped(), primary(2), replica(1), 'leads pg2'],
  ['the host of the former primary is off', away, primary(2), replica(2), 'leads pg2'],
  ['the former primary follows already', replica(2), primary(2), replica(2), 'leads pg2'],
  [
    'a former primary came back, and the one that led last is stopped',
    primary(),
    stopped(2),
    bare,
    'contested pg1 pg2',
  ],
  ['the same, and both were promoted', primary(2), stopped(3), bare, 'contested pg1 pg2'],
  [
    'two were promoted, and the one that runs did not come from the other',
    branch(2),
    primary(3),
    branch(4),
    'contested pg2 pg3',
  ],
  [
    'two have led on one timeline, and one of them is stopped',
    primary(),
    stopped(),
    bare,
    'contested pg1 pg2',
  ],
  [
    'a stopped replica knows a newer timeline than the one that takes writes',
    primary(),
    stopped(2, true),
    bare,
    'contested pg1 pg2',
  ],
  [
    'a stopped replica followed another one that was promoted to the timeline of the same number',
    primary(2),
    apart(2),
    bare,
    'contested pg1 pg2',
  ],
  ['the same, and the primary went on to the next one', primary(3), apart(2), bare, 'contested pg1 pg2'],
  ['nobody knows where its timeline began', primary(2), unknownBegin(2), bare, 'leads pg1'],
  ["what is stopped is another server's data", primary(), foreign, bare, 'leads pg1'],
  ['two were promoted, and everything is stopped', bare, stopped(3), branch(4), 'contested pg3 pg2'],
  ['a replica cannot be asked', primary(), away, replica(), 'leads pg1'],
  ['what is on a host is not ours', primary(), another, replica(), 'leads pg1'],
  ['two take writes', primary(), primary(2), replica(2), 'two pg1 pg2'],
  ['two take writes on one timeline', primary(), replica(), primary(), 'two pg1 pg3'],
  ['the only primary is older than what a replica follows', primary(), away, replica(2), 'unknown'],
  [
    'the primary is stopped, and its replicas know nothing newer',
    stopped(),
    replica(),
    replica(),
    'expected pg1',
  ],
  ['everything is stopped', stopped(), stopped(1, true), stopped(1, true), 'expected pg1'],
  ['the promoted node is stopped too', stopped(), stopped(2), replica(1), 'expected pg2'],
  ['the promoted node is stopped, and the former host is off', away, stopped(2), replica(2), 'expected pg2'],
  ['two are stopped on one timeline', stopped(), stopped(), bare, 'contested pg1 pg2'],
  ['the primary is stopped, and a replica was promoted out of sight', stopped(), away, replica(2), 'unknown'],
  ['a stopped replica knows a newer timeline', stopped(), away, stopped(2, true), 'unknown'],
  ['all hosts are bare', bare, bare, bare, 'expected pg1'],
  ['the data of the primary is gone', bare, replica(), replica(), 'expected pg1'],
  ['the host of the primary is off', away, replica(), replica(), 'expected pg1'],
  ['there is something else in the place of the primary', another, replica(), replica(), 'expected pg1'],
  ['every node is a replica', replica(), replica(), replica(), 'unknown'],
  ['the primary of the file is a replica that is stopped', stopped(2, true), away, replica(2), 'unknown'],
])('%s', (_, one, two, three, wanted) => {
  const decision = decideLeader(seen(one, two, three), pg1);

  expect(decision.why).not.toBe('');
  const { kind } = decision;
  const several = kind === 'two' ? decision.leaders : kind === 'contested' ? decision.claimants : undefined;
  if (several) expect([kind, ...several.map(({ node }) => node.name)].join(' ')).toBe(wanted);
  else expect('node' in decision ? `${kind} ${decision.node.name}` : kind).toBe(wanted);
});

test('a topology knows the one leader and who is in recovery', () => {
  const { leader, followers } = seen(stopped(), primary(2), replica(2));

  expect(leader?.node).toBe(pg2);
  expect(followers.map(({ node }) => node)).toEqual([pg3]);
  expect(seen(primary(), primary(2), away).leader).toBeUndefined();
});
