import { expect, test } from 'vitest';
import type { LedCluster, Node } from '../../../src/model/cluster.ts';
import { instanceOf } from '../../../src/model/instance.ts';
import * as retire from '../../../src/replication/retire-query.ts';
import {
  forgetNode,
  keepRemovedData,
  leftOnHost,
  stopNodeWork,
  wipeNode,
} from '../../../src/replication/retire-node-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { pg2, plan, run, shop } from '../../support/shop.ts';

const data = '/var/lib/postgresql/17/main';
const config = '/etc/postgresql/17/main';

/** A host on which these paths and units are, and that forgets them when it is told to. */
function hostWith(found: readonly string[]) {
  const now = new Set(found);
  const told: string[] = [];
  const fake = fakeHost(
    {},
    (argv) => {
      const [, , script, , ...given] = argv;
      if (script?.startsWith('for path do') || script?.startsWith('for unit do\n  active=')) {
        return given.filter((one) => now.has(one)).join('\n');
      }
      told.push(...given);
      now.clear();
      return '';
    },
    'pg2',
  );
  return { ...fake, told };
}

const everything = [
  data,
  config,
  '/etc/dbctl/shop',
  'dbctl-pgbackrest-shop.service',
  'dbctl-clone-shop-pg2.service',
];

test.each([
  [stopNodeWork(shop, pg2), ['stop dbctl-clone-shop-pg2.service', 'stop dbctl-pgbackrest-shop.service']],
  [
    keepRemovedData(shop, pg2, '20261121-100000'),
    [`keep ${data} in ${data}.removed-20261121-100000`, `keep ${config} in ${data}.removed-20261121-100000`],
  ],
  [wipeNode(shop, pg2), [`remove ${data}`, `remove ${config}`]],
  [forgetNode(shop, pg2), ['remove /etc/dbctl/shop']],
])('$title: planned, done once, then in place', async (step, changes) => {
  const { host, ran } = hostWith(everything);

  expect((await plan(step, host)).changes).toEqual(changes);
  expect(ran).toEqual([]);
  expect((await run(step, host)).status).toBe('changed');
  expect((await run(step, host)).status).toBe('in place');
  expect(ran).toHaveLength(1);
});

test('what other nodes of the same host need stays', async () => {
  const replicas = 'pg2=10.0.0.12,pg3=10.0.0.12:5433';
  const shared: LedCluster = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: replicas });
  const pg3: Node = shared.replicas[1]!;
  const { dbctlDirectory } = instanceOf(shared, pg3);
  const { host, told } = hostWith([dbctlDirectory, '/etc/dbctl/shop', 'dbctl-pgbackrest-shop.service']);

  expect((await run(stopNodeWork(shared, pg3), host)).status).toBe('in place');
  expect((await run(forgetNode(shared, pg3), host)).changes).toEqual([`remove ${dbctlDirectory}`]);
  expect(told).not.toContain('/etc/dbctl/shop');
});

test('what the control host needs stays on it', async () => {
  const local = clusterOf({ CLUSTER_DB_REPLICA_HOSTS: 'pg2=localhost' });
  const [node] = local.replicas;
  const { host } = hostWith(['/etc/dbctl/shop', '/etc/dbctl/shop/pg2', '/etc/dbctl/shop/drill.conf']);

  expect((await plan(forgetNode(local, node!), host)).changes).toEqual([
    'remove /etc/dbctl/shop/drill.conf',
    'remove /etc/dbctl/shop/pg2',
  ]);
});

test('what is left on a host that was not reached can be pasted there', () => {
  expect(leftOnHost(shop, pg2)).toEqual([
    'systemctl disable --now dbctl-pgbackrest-shop.service',
    'systemctl disable --now dbctl-scheduled-drill-shop.timer',
    'pg_dropcluster --stop 17 main',
    expect.stringMatching(
      /^rm -rf \/etc\/systemd\/system\/postgresql@17-main\.service\.d .* \/etc\/dbctl\/shop$/,
    ),
    'systemctl daemon-reload',
  ]);
});

test('kept data is found by its newest place', async () => {
  const { parse } = retire.keptRemovedData(instanceOf(shop, pg2));

  expect(parse(`${data}.removed-20261121-100000/data\n`)).toBe(`${data}.removed-20261121-100000`);
  expect(parse('')).toBeUndefined();
});
