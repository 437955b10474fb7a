import { expect, test } from 'vitest';
import { clientRules, formatRules, replicationRules } from '../../../src/server/hba.ts';
import { clusterOf } from '../../support/cluster-file.ts';

const cluster = clusterOf({ CLUSTER_ALLOWED_CIDRS: '10.1.0.0/16,10.0.0.11/32' });
const nodes = ['10.0.0.11/32', 'fd00::12/128', '10.0.0.11/32'];

test('replication is for its own role, once for each node', () => {
  expect(replicationRules(cluster, nodes)).toEqual([
    ['hostssl', 'replication', '"replicator"', '10.0.0.11/32', 'scram-sha-256'],
    ['hostssl', 'replication', '"replicator"', 'fd00::12/128', 'scram-sha-256'],
  ]);
});

test('the three roles of the application reach its database only, from hosts and allowed networks', () => {
  const rules = clientRules(cluster, nodes);

  expect(rules.map(([, , , address]) => address)).toEqual(['10.0.0.11/32', 'fd00::12/128', '10.1.0.0/16']);
  expect(rules[0]).toEqual([
    'hostssl',
    '"shop"',
    '"shop_admin","shop_app","shop_readonly"',
    '10.0.0.11/32',
    'scram-sha-256',
  ]);
});

test('no rule is without TLS, and none is for everybody', () => {
  const rules = [...clientRules(cluster, nodes), ...replicationRules(cluster, nodes)];

  expect(new Set(rules.map(([type]) => type))).toEqual(new Set(['hostssl']));
  expect(rules.flat()).not.toContain('all');
});

test('a name that pg_hba.conf could read as more is quoted', () => {
  const { postgres } = cluster;
  const odd = {
    ...cluster,
    postgres: { ...postgres, replication: { ...postgres.replication, name: 'a"b,all' } },
  };

  expect(replicationRules(odd, ['10.0.0.11/32'])[0]?.[2]).toBe('"a""b,all"');
});

test('rules are aligned lines, without spaces at their ends', () => {
  const short = ['hostssl', 'all', '"a"', '10.0.0.1/32', 'scram-sha-256'] as const;
  const long = ['hostssl', 'replication', '"replicator"', 'fd00::12/128', 'scram-sha-256'] as const;

  expect(formatRules([short, long])).toMatchInlineSnapshot(`
    "hostssl  all          "a"           10.0.0.1/32   scram-sha-256
    hostssl  replication  "replicator"  fd00::12/128  scram-sha-256"
  `);
  expect(formatRules([])).toBe('');
});
