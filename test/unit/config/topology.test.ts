import { expect, test } from 'vitest';
import { parseNode } from '../../../src/config/readers/host.ts';
import { clusterOf, problemsOf } from '../../support/cluster-file.ts';
import { hostileNames } from './hostile-names.ts';

test.each([
  ['pg1=10.0.0.11', 'pg1', '10.0.0.11', 5432],
  ['10.0.0.11', 'node-10-0-0-11', '10.0.0.11', 5432],
  ['10.0.0.11:5433', 'node-10-0-0-11-5433', '10.0.0.11', 5433],
  ['DB1.example.net', 'db1', 'DB1.example.net', 5432],
  ['[fd00::0001]', 'node-fd00-1', 'fd00::1', 5432],
  ['a=[::1]:5433', 'a', '::1', 5433],
  ['localhost:5434', 'localhost-5434', 'localhost', 5434],
  ['local', 'local', 'localhost', 5432],
  ['under_score', 'under_score', 'under_score', 5432],
  ['1-2-3.internal', '1-2-3', '1-2-3.internal', 5432],
])('%s is the node %s', (text, name, host, port) => {
  expect(parseNode(text, 5432)).toEqual({ name, host, port });
});

test.each([
  ...hostileNames,
  '::1',
  'pаypal.example',
  `${'a'.repeat(256)}.net`,
  `${'a.'.repeat(130)}net`,
  '',
  '.',
  '\u202Egp1',
  'münchen.de',
  '10.0.0.256',
  '10.0.1',
  '127.1',
  '0x7f.1',
  '010.0.0.1',
  'a..b',
  'a.-b',
  'a-',
  'PG1=a',
  '=a',
  'a=',
  'a=b=c',
  'a b=c',
  'a:0',
  'a:65536',
  'a:-1',
  'a:0x16',
  'a:1e3',
  'a: 22',
  'a:',
  'a:05432',
  'a:1:2',
  '[::1]x',
  '[::1',
  '[a]',
  'a@b',
  'a/b',
  '10.0.0.12;10.0.0.13',
  `${'a'.repeat(41)}=h`,
  'a'.repeat(50),
])('%j is no node', (text) => {
  expect(problemsOf(() => parseNode(text, 5432))).toMatch(/expected|needs brackets|no name/);
});

test('an error shows control and invisible characters escaped', () => {
  const problems = problemsOf(() => parseNode('\u001B[31mgp\u202E', 5432));

  expect(problems).not.toContain('\u001B');
  expect(problems).not.toContain('\u202E');
  expect(problems).toContain('\\u001b[31mgp\\u{202e}');
});

test.each([
  ['10.0.0.11', '10.0.0.11:5432 is given twice'],
  ['10.0.0.12,other=10.0.0.12:5432', '10.0.0.12:5432 is given twice'],
  ['a=HOST,b=host', 'host:5432 is given twice'],
  ['local,127.0.0.1', '127.0.0.1:5432 is given twice'],
  ['[fd00::1],[fd00:0::1]', 'fd00::1:5432 is given twice'],
  ['pg1=10.0.0.12', 'pg1 (10.0.0.11:5432) and pg1 (10.0.0.12:5432) need different names'],
  ['a-b=10.0.0.12,a_b=10.0.0.13', 'need different names'],
  ['db.one.net,db.two.net', 'need different names: write name=host'],
  ['10.0.0.12,,10.0.0.13', 'expected a host name'],
])('the replicas %s are refused: %s', (replicas, problem) => {
  expect(problemsOf(() => clusterOf({ CLUSTER_DB_REPLICA_HOSTS: replicas }))).toContain(problem);
});

test('several nodes may share a host on different ports', () => {
  const { replicas } = clusterOf({
    CLUSTER_DB_PRIMARY_HOST: 'localhost',
    CLUSTER_DB_REPLICA_HOSTS: 'localhost:5433, localhost:5434',
  });

  expect(replicas.map(({ name }) => name)).toEqual(['localhost-5433', 'localhost-5434']);
});

const nodes = {
  CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.12:5433,pg4=10.0.0.14:6000',
};

test.each([
  ['', ['pg1', 'pg2', 'pg3', 'pg4']],
  ['pg3,pg1', ['pg1', 'pg3']],
  ['10.0.0.12', ['pg2']],
  ['10.0.0.12:5433', ['pg3']],
  ['10.0.0.14', ['pg4']],
  ['pg2=10.0.0.12,10.0.0.12', ['pg2']],
])('CLUSTER_DB_HOSTS=%s probes %j', (hosts, names) => {
  expect(clusterOf({ ...nodes, CLUSTER_DB_HOSTS: hosts }).probed.map(({ name }) => name)).toEqual(names);
});

test.each(['pg9', '10.0.0.12:1', 'pg3=10.0.0.14'])('CLUSTER_DB_HOSTS=%s is not a node', (hosts) => {
  const problems = problemsOf(() => clusterOf({ ...nodes, CLUSTER_DB_HOSTS: hosts }));

  expect(problems).toContain('is not a node of the cluster; the nodes are pg1 (10.0.0.11:5432), pg2');
});

test.each([
  [undefined, { name: 'local', host: 'local' }],
  ['local', { name: 'local', host: 'local' }],
  ['10.0.0.10', { name: 'node-10-0-0-10', host: '10.0.0.10' }],
  ['control=10.0.0.10', { name: 'control', host: '10.0.0.10' }],
  ['pg2', { name: 'pg2', host: '10.0.0.12' }],
  ['10.0.0.12', { name: 'pg2', host: '10.0.0.12' }],
])('CLUSTER_CONTROL_HOST=%s is %j', (text, machine) => {
  expect(clusterOf({ ...nodes, CLUSTER_CONTROL_HOST: text }).control).toEqual(machine);
});

test.each([
  ['pg2=10.0.0.99', 'pg2 is already the node at 10.0.0.12'],
  ['10.0.0.10:22', 'without a port'],
  ['pg1=local', 'pg1 is already the node at 10.0.0.11'],
])('CLUSTER_CONTROL_HOST=%s is refused: %s', (text, problem) => {
  expect(problemsOf(() => clusterOf({ ...nodes, CLUSTER_CONTROL_HOST: text }))).toContain(problem);
});

test.each([
  [{ POSTGRES_APP_USER: 'shop_admin' }, 'POSTGRES_APP_USER must differ from POSTGRES_USER'],
  [
    { POSTGRES_USER: 'administrator', POSTGRES_PASSWORD: 'Administrator' },
    'must not be the name of its role',
  ],
  [{ WARN_REPLICA_LAG: '6' }, 'WARN_REPLICA_LAG is 6 s, which is above MAX_REPLICA_LAG (5 s)'],
])('%j is refused: %s', (changes, problem) => {
  expect(problemsOf(() => clusterOf(changes))).toContain(problem);
});

test('parameters of PostgreSQL arrive as they are written', () => {
  const { parameters } = clusterOf({
    POSTGRES_CONF_SHARED_BUFFERS: '2GB',
    'POSTGRES_CONF_auto_explain.log_min_duration': "'1 s'",
    POSTGRES_CONF_search_path: `'"$user", public; $(id)'`,
  }).postgres;

  expect(parameters).toEqual({
    shared_buffers: '2GB',
    'auto_explain.log_min_duration': '1 s',
    search_path: '"$user", public; $(id)',
  });
});

test.each([
  ['POSTGRES_CONF_hba_file', '/tmp/x', 'belongs to dbctl'],
  ['POSTGRES_CONF_PORT', '1', 'set POSTGRES_PORT'],
  ['POSTGRES_CONF_include_dir', 'x', 'belongs to dbctl'],
  ['POSTGRES_CONF_fsync', 'OFF', 'cannot be switched off'],
  ['POSTGRES_CONF_fsync', 'f', 'cannot be switched off'],
  ['POSTGRES_CONF_wal_level', 'Minimal', 'wal_level cannot be'],
  ['POSTGRES_CONF_hot_standby', 'off', 'hot_standby cannot be'],
  ['POSTGRES_CONF_max_wal_senders', '0', 'max_wal_senders cannot be'],
  ['POSTGRES_CONF_max_replication_slots', '0', 'max_replication_slots cannot be'],
  ['POSTGRES_CONF_listen_addresses', 'localhost', 'listen_addresses cannot be'],
  ['POSTGRES_CONF_recovery_target_time', '2026-01-01', 'recovery_target_time cannot be'],
  ['POSTGRES_CONF_full_page_writes', '0', 'cannot be switched off'],
  ['POSTGRES_CONF_a-b', '1', 'is not the name of a PostgreSQL parameter'],
  ['POSTGRES_CONF_', '1', 'is not the name of a PostgreSQL parameter'],
  ['POSTGRES_CONF_work_mem', '\u202E', 'printable'],
])('%s=%s is refused: %s', (name, value, problem) => {
  expect(problemsOf(() => clusterOf({ [name]: value }))).toContain(problem);
});

test('nodes get more addresses, each its own', () => {
  const cluster = clusterOf({
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12',
    CLUSTER_NODE_ADDRESSES: 'pg1=192.168.7.11,pg2=[fd00::0012],pg1=fd00::11',
  });
  expect(cluster.nodes.map(({ otherAddresses }) => otherAddresses)).toEqual([
    ['192.168.7.11', 'fd00::11'],
    ['fd00::12'],
  ]);
});

test.each([
  ['pg9=192.168.7.11', 'pg9 is not a node of the cluster'],
  ['pg1=10.0.0.12', '10.0.0.12 is an address of pg2 already'],
  ['192.168.7.11', 'expected name=address'],
  ['pg1=db.example', 'expected name=address'],
  ['pg1=', 'expected name=address'],
])('more addresses of nodes: %s is refused', (text, problem) => {
  const more = { CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12', CLUSTER_NODE_ADDRESSES: text };
  expect(problemsOf(() => clusterOf(more))).toContain(problem);
});
