import { expect, test } from 'vitest';
import {
  commitsWaitFor,
  refuseEtcdHost,
  refuseRemoval,
  type RemovalFacts,
  type RemovalRequest,
  type RemovedNodeFacts,
} from '../../../src/replication/removal.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const fine: RemovedNodeFacts = {
  isOurs: true,
  hasData: true,
  inRecovery: true,
  downstream: [],
  fixed: [],
};

const facts = (
  changes: Partial<Omit<RemovalFacts, 'sight'>> = {},
  sight: Partial<RemovedNodeFacts> | 'not reached' = {},
): RemovalFacts => ({
  node: 'pg3',
  primary: 'pg1',
  sight: sight === 'not reached' ? undefined : { ...fine, ...sight },
  streams: true,
  followers: [],
  synchronousNames: '',
  otherSenders: 1,
  isBackupRunning: false,
  ...changes,
});

const kept: RemovalRequest = { dead: false, wipe: false };
const wiped: RemovalRequest = { dead: false, wipe: true };
const gone: RemovalRequest = { dead: true, wipe: false };

test.each<[string, RemovalFacts, RemovalRequest]>([
  ['a replica', facts(), kept],
  ['a replica, with its data', facts(), wiped],
  ['one that was never made', facts({ streams: false }, { hasData: false, isOurs: false }), wiped],
  ['one that is stopped', facts({ streams: false }, { inRecovery: undefined }), kept],
  ['data of somebody else, which stays', facts({}, { isOurs: false }), kept],
  ['one whose host is gone', facts({ streams: false }, 'not reached'), kept],
  ['one that is cut off all the same', facts({}, 'not reached'), gone],
  ['a dead one while a backup runs', facts({ streams: false, isBackupRunning: true }, 'not reached'), kept],
])('%s may be removed', (_case, found, request) => {
  expect(() => refuseRemoval(found, request)).not.toThrow();
});

test.each<[string, RemovalFacts, RemovalRequest, string]>([
  ['one that others stream from', facts({}, { downstream: ['pg4'] }), kept, 'pg4 streams from pg3'],
  [
    'a dead one that others follow',
    facts({ followers: ['pg4', 'pg5'] }, 'not reached'),
    gone,
    'pg4, pg5 stream',
  ],
  [
    'one whose data is a mount point',
    facts({}, { fixed: [{ forbids: 'moving', what: 'a file system is mounted on /data', next: 'umount' }] }),
    wiped,
    'cannot be taken from its place: a file system is mounted on /data',
  ],
  ['a server that takes writes', facts({}, { inRecovery: false }), kept, 'accepts writes'],
  ['one that streams and has no SSH', facts({}, 'not reached'), kept, 'but it streams from pg1'],
  ['one that commits wait for', facts({ synchronousNames: 'pg3' }), kept, 'commits wait for pg3'],
  ['a wipe of what is not reached', facts({ streams: false }, 'not reached'), wiped, 'data cannot be wiped'],
  ['a wipe of foreign data', facts({}, { isOurs: false }), wiped, 'was not made by dbctl'],
  ['any while a backup runs', facts({ isBackupRunning: true }), kept, 'a backup is running'],
])('%s is refused', (_case, found, request, what) => {
  expect(() => refuseRemoval(found, request)).toThrow(
    expect.objectContaining({ exitCode: 4, message: expect.stringContaining(what) }),
  );
});

test.each([
  ['', 0, false],
  ['pg2', 1, false],
  ['pg2, "pg3"', 1, true],
  ['FIRST 1 (pg2, pg3)', 1, true],
  ['ANY 1 (*)', 1, false],
  ['any 2 (*)', 1, true],
  ['*', 0, true],
  ['2 (pg2, pg4)', 0, false],
  ['ANY 1 ("pg1", "pg2", "pg3")', 1, false],
  ['ANY 1 ("pg1", "pg3")', 0, true],
])('synchronous_standby_names = %s with %i others', (names, others, expected) => {
  expect(commitsWaitFor('pg3', names, others)).toBe(expected);
});

const patroni = {
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  CLUSTER_DB_PRIMARY_HOST: 'pg1=10.0.0.11',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13',
  CLUSTER_HA: 'patroni',
};

test.each([
  ['pg2', {}, 'ETCD_HOSTS=control,pg1,pg3, then'],
  [
    'pg2',
    { CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' },
    'ETCD_HOSTS=control,pg1,witness=<another host>, then',
  ],
])('the host of %s is one of etcd with %j: refused, with hosts that stay', (name, settings, advice) => {
  const cluster = clusterOf({ ...patroni, ...settings });
  const node = cluster.nodes.find((one) => one.name === name)!;

  expect(() => refuseEtcdHost(cluster, node)).toThrow(
    expect.objectContaining({ next: expect.arrayContaining([expect.stringContaining(advice)]) }),
  );
});

test.each([
  ['pg3', {}],
  ['pg2', { CLUSTER_HA: 'none' }],
  ['pg3', { CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.12:5433' }],
])('%s may go with %j: etcd stays as it is', (name, settings) => {
  const cluster = clusterOf({ ...patroni, ...settings });

  expect(() =>
    refuseEtcdHost(
      cluster,
      cluster.nodes.find((one) => one.name === name)!,
    ),
  ).not.toThrow();
});
