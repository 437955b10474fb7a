import { expect, test } from 'vitest';
import { sitesOf } from '../../../src/model/site.ts';
import { patroniLinks, patroniPorts } from '../../../src/patroni/links.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const settings = {
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12:5432,pg3=10.0.0.12:5433',
};
const kept = clusterOf({ ...settings, CLUSTER_HA: 'patroni', PATRONI_PORT: '8118' });

test('hosts of nodes reach the REST API of every node elsewhere', () => {
  const links = patroniLinks(kept, sitesOf(kept));

  expect(links.map(({ from, to, port }) => `${from} ${to} ${port}`)).toEqual([
    'pg2 pg1 8118',
    'pg1 pg2 8118',
    'pg1 pg2 8119',
  ]);
});

test('each node has a port of its own, on its own host', () => {
  const ports = sitesOf(kept).map((site) =>
    patroniPorts(kept, site).map(({ port, unit }) => `${port} ${unit}`),
  );

  expect(ports.flat()).toEqual([
    `8118 dbctl-patroni-${kept.name}-pg1.service`,
    `8118 dbctl-patroni-${kept.name}-pg2.service`,
    `8119 dbctl-patroni-${kept.name}-pg3.service`,
  ]);
});

test('nothing is needed without Patroni', () => {
  const cluster = clusterOf(settings);

  expect(patroniLinks(cluster, sitesOf(cluster))).toEqual([]);
  expect(sitesOf(cluster).flatMap((site) => patroniPorts(cluster, site))).toEqual([]);
});
