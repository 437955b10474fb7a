import { expect, test } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { topologyOf, type NodeSight } from '../../../src/model/topology.ts';
import { describeSight, leaderNote, ledCluster } from '../../../src/postgres/leader.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13:5433' });
const [pg1, pg2, pg3] = cluster.nodes as readonly [NodeSight['node'], NodeSight['node'], NodeSight['node']];

const sight = (node: NodeSight['node'], state: NodeSight['state'], timeline = 1): NodeSight => ({
  node,
  state,
  data: {
    timeline,
    ancestors: timeline > 1 ? [{ timeline: 1, endLsn: '0/3000000' }] : [],
    isStandby: state === 'replica',
    systemIdentifier: '1',
    lsn: '0/3000060',
    since: timeline > 1 && state === 'primary' ? '2026-11-21T10:00:00.000Z' : null,
    upstream: state === 'replica' ? '10.0.0.11' : null,
    isStreaming: false,
  },
});
const seen = (...nodes: readonly NodeSight[]) => topologyOf(nodes, '2026-11-21T10:01:00Z');
const moved = seen(sight(pg1, 'stopped'), sight(pg2, 'primary', 2), sight(pg3, 'replica', 2));

const refusal = (...nodes: readonly NodeSight[]): RefusedError => refusalWithout(undefined, ...nodes);

function refusalWithout(givenUp: string | undefined, ...nodes: readonly NodeSight[]): RefusedError {
  try {
    ledCluster(cluster, seen(...nodes), givenUp);
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
  throw new Error('expected a RefusedError');
}

test('a cluster is led by the node that takes writes, and the others follow', () => {
  const led = ledCluster(cluster, moved);

  expect(led.primary).toBe(pg2);
  expect(led.replicas).toEqual([pg1, pg3]);
  expect(led.configuredPrimary).toBe(pg1);
});

test('two leaders are refused with both named, and how each would be stopped', () => {
  const error = refusal(sight(pg1, 'primary'), sight(pg2, 'primary', 2), sight(pg3, 'replica', 2));

  expect([error.message, error.why, ...error.next].join('\n')).toMatchInlineSnapshot(`
    "shop has 2 primaries: pg1 and pg2
    pg1 (10.0.0.11:5432): takes writes, timeline 1
    pg2 (10.0.0.12:5432): takes writes, timeline 2, since 2026-11-21 10:00:00 UTC
    /etc/dbctl/.env.cluster names pg1; each of them takes writes that the others do not have.
    stop the applications, and compare what was written on each: dbctl probe
    if pg1 must not lead: on 10.0.0.11: systemctl stop postgresql@17-main.service; then give it the data of the other: dbctl reinit pg1
    if pg2 must not lead: on 10.0.0.12: systemctl stop postgresql@17-main.service; then give it the data of the other: dbctl reinit pg2
    nothing was changed"
  `);
});

const contested = [sight(pg1, 'primary'), sight(pg2, 'stopped', 2), sight(pg3, 'replica')] as const;

test('a former primary that came back is refused with both named, and how each would lead', () => {
  const error = refusal(...contested);

  expect([error.message, error.why, ...error.next].join('\n')).toMatchInlineSnapshot(`
    "nobody can say whether pg1 or pg2 is the primary of shop
    pg1 (10.0.0.11:5432): takes writes, timeline 1
    pg2 (10.0.0.12:5432): does not accept connections, timeline 2
    So the one that takes writes did not come after the data of the other, so it may be a former primary that came back.
    stop the applications; a person must decide, by what was written on each: see docs/primary.md
    if pg1 shall lead, give the other its data: dbctl reinit pg2
    if pg2 shall lead, on 10.0.0.11: systemctl stop postgresql@17-main.service
    if pg2 shall lead, on 10.0.0.12: touch /run/dbctl-start-17-main && systemctl start postgresql@17-main.service
    if pg2 shall lead, give the other its data: dbctl reinit pg1
    nothing was changed"
  `);
});

test('who gives up the data of one that is stopped goes on with the other', () => {
  expect(ledCluster(cluster, seen(...contested), 'pg2').primary).toBe(pg1);
  expect(refusalWithout('pg1', ...contested).message).toContain('pg1 or pg2');
  expect(refusalWithout('pg3', ...contested).message).toContain('pg1 or pg2');
});

test('where nobody can be taken for the leader, everybody is named', () => {
  const error = refusal(
    sight(pg1, 'stopped'),
    { node: pg2, state: 'unreachable', problem: 'no answer' },
    sight(pg3, 'replica', 2),
  );

  expect([error.message, error.why, ...error.next].join('\n')).toMatchInlineSnapshot(`
    "nobody can be taken for the primary of shop
    pg1 (10.0.0.11:5432): does not accept connections, timeline 1
    pg2 (10.0.0.12:5432): cannot be asked, no answer
    pg3 (10.0.0.13:5433): replica, timeline 2, follows 10.0.0.11
    So a replica is on a newer timeline than every node that led before: another one was promoted, and is out of sight.
    bring back the node that leads, or what keeps it out of sight: dbctl status
    if it is gone for good, let the replica lead that is furthest ahead: dbctl failover
    nothing was changed"
  `);
});

test('where Patroni decides who leads, nobody is sent to a failover by hand', () => {
  const patroni = { failoverSeconds: 30, isAutomatic: true, port: 8018 };
  const nodes = [sight(pg1, 'stopped'), sight(pg3, 'replica', 2)];
  const look = (): unknown => ledCluster({ ...cluster, patroni }, seen(...nodes));

  expect(look).toThrow(
    expect.objectContaining({ next: expect.arrayContaining([expect.stringMatching(/^Patroni lets/)]) }),
  );
  expect(look).not.toThrow(
    expect.objectContaining({ next: expect.arrayContaining([expect.stringContaining('dbctl failover')]) }),
  );
});

test('one line says who leads, and what to write', () => {
  expect(leaderNote(cluster, moved.nodes)).toMatchInlineSnapshot(
    `"pg2 is the primary since 2026-11-21 10:00:00 UTC, and /etc/dbctl/.env.cluster names pg1; write there: CLUSTER_DB_PRIMARY_HOST=pg2=10.0.0.12:5432 and CLUSTER_DB_REPLICA_HOSTS=pg1=10.0.0.11:5432,pg3=10.0.0.13:5433"`,
  );
});

test('one line says that two lead', () => {
  expect(leaderNote(cluster, [sight(pg1, 'primary'), sight(pg2, 'primary', 2)])).toMatchInlineSnapshot(
    `"shop has 2 primaries: pg1 (10.0.0.11:5432): takes writes, timeline 1; pg2 (10.0.0.12:5432): takes writes, timeline 2, since 2026-11-21 10:00:00 UTC"`,
  );
});

test.each([
  ['the file is right', [sight(pg1, 'primary'), sight(pg2, 'replica')]],
  ['nobody leads', [sight(pg1, 'stopped'), sight(pg2, 'replica')]],
])('nothing is said while %s', (_, nodes) => {
  expect(leaderNote(cluster, nodes)).toBeUndefined();
});

test('a leader whose beginning nobody knows is said without it', () => {
  expect(leaderNote(cluster, [sight(pg2, 'primary')])).toMatch(/^pg2 is the primary, and /);
});

test.each<[NodeSight['state'], string]>([
  ['bare', 'pg2 (10.0.0.12:5432): has no data'],
  ['another', 'pg2 (10.0.0.12:5432): is not of this cluster'],
])('a node that is %s is described', (state, wanted) => {
  expect(describeSight({ node: pg2, state })).toBe(wanted);
});
