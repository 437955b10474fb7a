// The order of stages: what a run that was cut off relies on, and what replicas rely on.

import { expect, test } from 'vitest';
import type { Stage } from '../../../src/engine/run-plan.ts';
import type { NodeFacts } from '../../../src/server/node-facts.ts';
import { removeReplicaPlan } from '../../../src/replication/remove-replica-plan.ts';
import { restartPlan, type RestartChoice } from '../../../src/server/restart-plan.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { backedUpShop, standbyDefaults } from '../../support/shop.ts';

const replicas = 'pg2=10.0.0.12,pg3=10.0.0.13';
const hosts = { get: (name: string) => fakeHost({}, {}, name).host };

const shown = (stages: readonly Stage[]): readonly string[] =>
  stages.map(({ title, hosts: on }) => `${title}: ${on.map(({ name }) => name).join(' ')}`);

test('a replica is stopped before it is let out, its data goes after its slot, and the file comes last', () => {
  const { cluster, backup } = backedUpShop({ CLUSTER_DB_REPLICA_HOSTS: replicas });
  const { cluster: after } = backedUpShop();
  const [pg2, pg3] = cluster.replicas;
  const place = { cluster, node: pg3!, others: [pg2!], hosts, isReached: true, backup };
  const choice = { after, isOurs: true, wipe: false, stamp: '20261121-100000' };

  expect(shown(removeReplicaPlan(place, choice)).slice(-8)).toEqual([
    'Verify access to every node: control',
    'Schedule restore drills: pg1 pg2',
    'Stop pg3: pg3',
    'Remove pg3 from pg_hba.conf: pg1 pg2',
    'Drop slot dbctl_pg3: pg1',
    'Set aside the data of pg3: pg3',
    'Forget the data of pg3: control',
    'Remove pg3 from .env.cluster: pg1',
  ]);
});

test('a dead one is not talked to, and without backups there is nothing to do about them', () => {
  const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: replicas });
  const after = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' });
  const [, pg3] = cluster.replicas;
  const place = { cluster, node: pg3!, others: [], hosts, isReached: false, backup: undefined };
  const choice = { after, isOurs: false, wipe: false, stamp: '20261121-100000' };

  expect(shown(removeReplicaPlan(place, choice))).toEqual([
    'Remove pg3 from pg_hba.conf: pg1',
    'Drop slot dbctl_pg3: pg1',
    'Forget the data of pg3: local',
    'Remove pg3 from .env.cluster: pg1',
  ]);
});

const cluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: replicas });

function choiceOf(order: RestartChoice['order'], down: readonly string[] = []): RestartChoice {
  const facts = cluster.nodes.map((node): NodeFacts => {
    const runs = !down.includes(node.name);
    const inRecovery = node.name !== cluster.primary.name;
    return {
      node,
      leads: !inRecovery,
      inRecovery: runs ? inRecovery : undefined,
      current: runs ? standbyDefaults : undefined,
      floor: undefined,
      pendingRestart: [],
      forbidden: '',
      isReadable: true,
      errors: [],
      atStart: standbyDefaults,
    };
  });
  return { facts, restarting: facts, order, primary: down.includes('pg1') ? 'started' : 'restarted' };
}

test.each<[string, RestartChoice, readonly string[]]>([
  [
    'replicas first, the primary last',
    choiceOf({ before: ['pg2', 'pg3'], after: [] }),
    [
      'Restart the replicas: pg2 pg3',
      'Restart the primary: pg1',
      'Verify that the replicas stream again: pg2 pg3',
    ],
  ],
  [
    'after a limit was lowered, replicas replay that before they restart',
    choiceOf({ before: [], after: ['pg2', 'pg3'] }),
    [
      'Restart the primary: pg1',
      'Verify that the replicas stream again: pg2 pg3',
      'Restart the replicas: pg2 pg3',
    ],
  ],
  [
    'a primary that is down is started first',
    choiceOf({ before: ['pg2', 'pg3'], after: [] }, ['pg1']),
    [
      'Start the primary: pg1',
      'Verify that the replicas stream again: pg2 pg3',
      'Restart the replicas: pg2 pg3',
    ],
  ],
  [
    'a replica that was down streams again like the others',
    choiceOf({ before: ['pg2', 'pg3'], after: [] }, ['pg3']),
    [
      'Restart the replicas: pg2 pg3',
      'Restart the primary: pg1',
      'Verify that the replicas stream again: pg2 pg3',
    ],
  ],
])('%s', (_case, choice, stages) => {
  const found = restartPlan({ cluster, hosts }, choice, { onSilence: () => {} });

  expect(shown(found)).toEqual(stages);
  for (const { title, order } of found) {
    expect(order).toBe(title === 'Restart the replicas' ? 'one by one' : 'together');
  }
});
