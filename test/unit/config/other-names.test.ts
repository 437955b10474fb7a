// Names that other documents and programs have for settings.

import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readDatabaseUrl } from '../../../src/config/expand-composite.ts';
import { loadCluster } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/model/errors.ts';
import { clusterOf, fileOf, least, problemsOf, temporaryFile } from '../../support/cluster-file.ts';

const url = 'postgres://shop_app:writer-password@10.0.0.11:5432/shop';
const withoutUrlParts = {
  CLUSTER_DB_PRIMARY_HOST: undefined,
  POSTGRES_DB: undefined,
  POSTGRES_APP_USER: undefined,
  POSTGRES_APP_PASSWORD: undefined,
};

test.each([
  ['PRIMARY_IP', 'CLUSTER_DB_PRIMARY_HOST', '10.0.0.99', '10.0.0.98'],
  ['POSTGRES_PRIMARY_NODE', 'CLUSTER_DB_PRIMARY_HOST', 'worker-node-02', 'worker-node-03'],
  ['PORT_DATABASE', 'POSTGRES_PORT', '6432', '5432'],
  ['REPLICAS_IP', 'CLUSTER_DB_REPLICA_HOSTS', '10.0.0.12', '10.0.0.13'],
  ['POSTGRES_SUPERUSER_PASSWORD', 'POSTGRES_PASSWORD', 'another-password', 'one-more-password'],
  ['DATABASE_REPLICA_1_HOST', 'CLUSTER_DB_REPLICA_HOSTS', 'pg2=10.0.0.12', 'pg2=10.0.0.13'],
])('%s means %s; both may say the same, not different things', (alias, name, value, other) => {
  const plain = clusterOf({ [name]: value });
  expect(clusterOf({ [name]: undefined, [alias]: value })).toEqual(plain);
  expect(clusterOf({ [name]: value, [alias]: value })).toEqual(plain);

  const problems = problemsOf(() => clusterOf({ [name]: other, [alias]: value }));
  expect(problems).toMatch(
    new RegExp(`line \\d+: ${name} and ${alias} \\(line \\d+\\) mean the same and disagree`),
  );
  if (!name.endsWith('PASSWORD')) expect(problems).toContain(`: "${other}" and "${value}"; keep one`);
});

test.each([
  ['pg1=10.0.0.11', '10.0.0.11'],
  ['pg1=10.0.0.11', 'pg1'],
  ['pg1', 'pg1=10.0.0.11'],
  ['10.0.0.11', 'pg1=10.0.0.11:5432'],
  ['pg1=10.0.0.11:5432', '10.0.0.11'],
])('the primary %s and %s are one node', (one, other) => {
  const { primary } = clusterOf({ CLUSTER_DB_PRIMARY_HOST: one, PRIMARY_IP: other });

  expect(primary).toEqual({ name: 'pg1', host: '10.0.0.11', port: 5432 });
});

test.each([
  ['pg1=10.0.0.11', 'pg2=10.0.0.11'],
  ['pg1=10.0.0.11', '10.0.0.11:5433'],
  ['pg1=10.0.0.11', 'pg1.example.net'],
])('the primary %s and %s are two nodes', (one, other) => {
  const problems = problemsOf(() => clusterOf({ CLUSTER_DB_PRIMARY_HOST: one, PRIMARY_IP: other }));

  expect(problems).toContain(`"${one}" and "${other}"; keep one`);
});

test('lists of replicas are one list whatever their order and their names', () => {
  const { replicas } = clusterOf({
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13:5432',
    REPLICAS_IP: '10.0.0.13, 10.0.0.12',
  });

  expect(replicas.map(({ name }) => name)).toEqual(['pg2', 'pg3']);
  const shorter = { CLUSTER_DB_REPLICA_HOSTS: '10.0.0.12,10.0.0.13', REPLICAS_IP: '10.0.0.12' };
  expect(problemsOf(() => clusterOf(shorter))).toContain('disagree');
});

test('numbered replicas stand in the order of their numbers, each with its own port', () => {
  const { replicas } = clusterOf({
    DATABASE_REPLICA_10_HOST: 'replica10.example.net',
    DATABASE_REPLICA_2_PORT: '5433',
    DATABASE_REPLICA_2_HOST: 'replica2.example.net',
    DATABASE_REPLICA_2_WEIGHT: '0.5',
    DATABASE_REPLICA_3_HOST: '[fd00::3]',
    DATABASE_REPLICA_3_PORT: '5432',
    DATABASE_REPLICA_4_HOST: '',
  });

  expect(replicas.map(({ host, port }) => `${host} ${port}`)).toEqual([
    'replica2.example.net 5433',
    'fd00::3 5432',
    'replica10.example.net 5432',
  ]);
});

test('every problem of numbered replicas is reported on its line', () => {
  const problems = problemsOf(() =>
    clusterOf({
      DATABASE_REPLICA_1_HOST: 'a;b',
      DATABASE_REPLICA_2_PORT: '5432',
      DATABASE_REPLICA_3_HOST: 'pg3',
      DATABASE_REPLICA_3_PORT: '0',
      DATABASE_REPLICA_4_HOST: 'pg4:5432',
      DATABASE_REPLICA_4_PORT: '5433',
      DATABASE_REPLICA_5_HOST: 'pg5:5433',
      DATABASE_REPLICA_5_PORT: '5433',
      DATABASE_REPLICA_5_WEIGHT: 'heavy',
      DATABASE_REPLICA_06_HOST: 'pg6',
    }),
  );

  expect(problems).toMatchInlineSnapshot(`
    "/etc/dbctl/.env.cluster has 6 problems
    line 12: DATABASE_REPLICA_1_HOST: expected a host name or an IP address, got "a;b"
    line 13: DATABASE_REPLICA_2_PORT has no DATABASE_REPLICA_2_HOST
    line 15: DATABASE_REPLICA_3_PORT: expected a whole number from 1 to 65535, got "0"
    line 16: DATABASE_REPLICA_4_HOST and DATABASE_REPLICA_4_PORT (line 17) disagree: 5432 and 5433; keep one
    line 20: DATABASE_REPLICA_5_WEIGHT: expected a share of reads such as 1.0 or 2, got "heavy"
    line 21: DATABASE_REPLICA_06_HOST is not a setting: one replica is DATABASE_REPLICA_1_HOST with _PORT, or an entry of CLUSTER_DB_REPLICA_HOSTS"
  `);
});

test('DATABASE_URL is the login of the writer and the place of the primary', () => {
  const cluster = clusterOf({
    ...withoutUrlParts,
    DATABASE_URL:
      "'postgresql://shop_app:p%40ss%2Fw%23rd%25%C3%BC-p@db.example.net:5433/shop?sslmode=verify-full'",
  });

  expect(cluster.configuredPrimary).toEqual({ name: 'db-5433', host: 'db.example.net', port: 5433 });
  expect(cluster.postgres.database).toBe('shop');
  expect(cluster.postgres.writer.name).toBe('shop_app');
  expect(cluster.postgres.writer.password.reveal()).toBe('p@ss/w#rd%ü-p');
});

test.each([
  ['postgres://db.example.net', { CLUSTER_DB_PRIMARY_HOST: undefined }],
  ['postgresql+psycopg2://shop_app@10.0.0.11/', { POSTGRES_APP_USER: undefined }],
  ['postgres://[fd00::1]:5432/shop', { CLUSTER_DB_PRIMARY_HOST: undefined, POSTGRES_DB: undefined }],
  ['postgres:///shop', { POSTGRES_DB: undefined }],
])('what %s leaves out comes from other lines', (text, missing) => {
  expect(clusterOf({ ...missing, DATABASE_URL: text }).postgres.writer.name).toBe('shop_app');
});

test('any password comes back out of DATABASE_URL as it went in', () => {
  for (let seed = 0; seed < 1000; seed += 1) {
    const letters = Array.from({ length: 12 }, (_, index) =>
      String.fromCharCode(32 + ((seed * 31 + index * 57) % 800)),
    );
    const password = letters.join('').replaceAll(/\p{C}/gu, 'x');
    const text = `postgres://u:${encodeURIComponent(password)}@h/d`;

    expect(readDatabaseUrl(text).password).toBe(password);
  }
});

test('DATABASE_URL may repeat what other lines say, and must not contradict them', () => {
  expect(clusterOf({ DATABASE_URL: url })).toEqual(clusterOf());

  const other = 'postgres://other:an-other-password@10.0.0.12:6432/warehouse';
  const problems = problemsOf(() => clusterOf({ DATABASE_URL: other }));
  expect(problems).toMatchInlineSnapshot(`
    "/etc/dbctl/.env.cluster has 4 problems
    line 2: CLUSTER_DB_PRIMARY_HOST and DATABASE_URL (line 12) mean the same and disagree: "pg1=10.0.0.11" and "10.0.0.12:6432"; keep one
    line 3: POSTGRES_DB and DATABASE_URL (line 12) mean the same and disagree: "shop" and "warehouse"; keep one
    line 6: POSTGRES_APP_USER and DATABASE_URL (line 12) mean the same and disagree: "shop_app" and "other"; keep one
    line 7: POSTGRES_APP_PASSWORD and DATABASE_URL (line 12) mean the same and disagree; keep one"
  `);
});

test('DATABASE_URL can come from a file', () => {
  const file = temporaryFile(fileOf({ ...withoutUrlParts, DATABASE_URL_FILE: 'url' }));
  const secret = join(dirname(file), 'url');
  writeFileSync(secret, `${url}\n`, { mode: 0o600 });

  expect(loadCluster(file).postgres.writer.password.reveal()).toBe('writer-password');

  chmodSync(secret, 0o644);
  expect(problemsOf(() => loadCluster(file))).toContain('has 1 problem\n');
});

test.each([
  'mysql://u:hush-hush-hush@h/d',
  'postgres://u:hush@hush-hush@h/d',
  'postgres://u:hush/hush-hush@h/d',
  'postgres://u:hush:hush-hush@h/d',
  'postgres://u:hush%zz-hush@h/d',
  'postgres://u:hush%ff-hush@h/d',
  "'postgres://u:hush#hush-hush@h/d'",
  'postgres://u:hush?hush-hush@h/d',
  'postgres://u:hush-hush-hush@h,i/d',
  'postgres://u:hush-hush-hush@h/d?host=i',
  'postgres://u:hush-hush-hush@h/d?sslmode=require&password=hush',
  'hush-hush-hush',
])('the URL %s is refused in one line that shows nothing of it', (text) => {
  const problems = problemsOf(() => clusterOf({ ...withoutUrlParts, DATABASE_URL: text }));

  expect(problems).toMatch(/has 1 problem\nline \d+: DATABASE_URL/);
  expect(problems).not.toMatch(/hush|mysql/);
});

/** What to do next, as the error for such a file says. */
const advice = (changes: Record<string, string>): readonly string[] => {
  try {
    clusterOf(changes);
  } catch (error) {
    return (error as ConfigError).next;
  }
  return [];
};

test('two names that disagree come with what is usually meant', () => {
  expect(advice({ POSTGRES_SUPERUSER_PASSWORD: 'superuser_password' })[0]).toContain('POSTGRES_APP_PASSWORD');
  expect(advice({ POSTGRES_PRIMARY_NODE: 'worker-node-02' })[0]).toContain('name=address');
});

test.each([
  ['FAILOVER_SLACK_WEBHOOK_URL', 'notifications about a failover'],
  ['HEALTH_CHECK_INTERVAL', 'interval of a check'],
  ['REPLICA_LAG_CHECK_INTERVAL', 'interval of a check'],
  ['READ_AFTER_WRITE_TTL', 'gateway'],
  ['DB_POOL_MAX_CONNECTIONS', 'pool'],
  ['DB_PASSWORD', 'dbctl calls it POSTGRES_APP_PASSWORD'],
  ['PGHOST', 'dbctl calls it CLUSTER_DB_PRIMARY_HOST'],
  ['DATABASE_REPLICAS', 'DATABASE_REPLICA_1_HOST'],
  ['POSTGRES_PASWORD', 'did you mean POSTGRES_PASSWORD?'],
])('%s is not a setting, and the message says what to do about it', (name, message) => {
  const problems = problemsOf(() => clusterOf({ [name]: 'x' }));

  expect(problems).toContain(`${name} is not a setting`);
  expect(problems).toContain(message);
});

test('a problem of all nodes together is shown on the line they are on, whatever its name', () => {
  const changes = { CLUSTER_DB_PRIMARY_HOST: undefined, REPLICAS_IP: '10.0.0.12,10.0.0.12' };

  const problems = problemsOf(() => clusterOf({ ...changes, PRIMARY_IP: least['CLUSTER_DB_PRIMARY_HOST'] }));

  expect(problems).toContain('line 11: CLUSTER_DB_REPLICA_HOSTS: 10.0.0.12:5432 is given twice');
});
