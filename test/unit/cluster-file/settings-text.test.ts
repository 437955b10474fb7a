import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { shownSettings, unusedLines, type ShownSetting } from '../../../src/cluster-file/shown-settings.ts';
import { settingsText } from '../../../src/cluster-file/settings-text.ts';
import { fileOf, leastBackup, temporaryFile } from '../../support/cluster-file.ts';

/** What is shown of a file with these lines, its directory left out. */
function shown(changes: Readonly<Record<string, string | undefined>>, secret = '') {
  const file = temporaryFile(fileOf(changes));
  writeFileSync(join(dirname(file), 'secret'), secret, { mode: 0o600 });
  const understood = loadConfig(file);
  const settings = shownSettings(understood);
  const text = settingsText({ cluster: understood.cluster, settings, unused: unusedLines(understood) });
  const find = (name: string): ShownSetting => settings.find((one) => one.name === name)!;
  return { text: text.replaceAll(`${dirname(file)}/`, ''), find, json: JSON.stringify(settings) };
}

test('every value is shown with its line, and under which name it stands there', () => {
  const { text } = shown({
    CLUSTER_CA_CERT: 'shop-ca.crt',
    CLUSTER_DB_PRIMARY_HOST: undefined,
    PRIMARY_IP: '10.0.0.11',
    DATABASE_REPLICA_1_HOST: '[fd00::2]',
    DATABASE_REPLICA_1_WEIGHT: '2.0',
    POSTGRES_CONF_work_mem: '8MB',
  });

  expect(text).toMatchInlineSnapshot(`
    ".env.cluster is the cluster shop
      node-10-0-0-11  primary  10.0.0.11:5432
      node-fd00-2     replica  [fd00::2]:5432
      local           control  local

    The cluster and its hosts
      CLUSTER_NAME                   shop                                  line 1
      CLUSTER_DB_PRIMARY_HOST        10.0.0.11                             line 12
                                     as PRIMARY_IP
      CLUSTER_DB_REPLICA_HOSTS       [fd00::2]                             line 13
                                     as DATABASE_REPLICA_1_HOST
      CLUSTER_DB_HOSTS               node-10-0-0-11,node-fd00-2            default
      CLUSTER_CONTROL_HOST           local                                 default
      CLUSTER_CA_CERT                shop-ca.crt                           line 11

    PostgreSQL
      POSTGRES_VERSION               17                                    default
      POSTGRES_PORT                  5432                                  default
      POSTGRES_DB                    shop                                  line 2
      POSTGRES_USER                  shop_admin                            line 3
      POSTGRES_PASSWORD              hidden                                line 4
      POSTGRES_APP_USER              shop_app                              line 5
      POSTGRES_APP_PASSWORD          hidden                                line 6
      POSTGRES_READONLY_USER         shop_readonly                         line 7
      POSTGRES_READONLY_PASSWORD     hidden                                line 8
      POSTGRES_REPLICATION_USER      replicator                            line 9
      POSTGRES_REPLICATION_PASSWORD  hidden                                line 10
      POSTGRES_CONF_work_mem         8MB                                   line 15

    Availability
      CLUSTER_HA                     none                                  default
      ETCD_CLIENT_PORT               2379                                  default
      ETCD_PEER_PORT                 2380                                  default
      FAILOVER_TIMEOUT               30s                                   default
      ENABLE_AUTO_FAILOVER           true                                  default
      CLUSTER_SYNCHRONOUS            off                                   default
      PATRONI_PORT                   8018                                  default

    Gateways
      HAPROXY_PRIMARY_PORT           5000                                  default
      HAPROXY_REPLICAS_PORT          5001                                  default
      HAPROXY_ANY_PORT               5002                                  default
      HAPROXY_STATISTICS_PORT        7000                                  default
      CLUSTER_ROLE_PORT              8008                                  default

    Replica lag
      WARN_REPLICA_LAG               2s                                    default
      MAX_REPLICA_LAG                5s                                    default

    No backups: BACKUP_REPOSITORY is not set

    line 14: DATABASE_REPLICA_1_WEIGHT is for the application; dbctl ignores it
    "
  `);
});

test('no secret is shown, wherever it comes from', () => {
  const { text, json, find } = shown(
    {
      ...leastBackup,
      POSTGRES_PASSWORD: undefined,
      POSTGRES_SUPERUSER_PASSWORD_FILE: 'secret',
      POSTGRES_APP_PASSWORD: undefined,
      DATABASE_URL: 'postgres://shop_app:writer-password@10.0.0.11/shop',
    },
    'admin-password\n',
  );

  expect(`${text}${json}`).not.toMatch(/[a-z]+-password|passphrase-of|secret-of|shop-writes|store-admin/);
  expect(text).toMatch(
    /POSTGRES_PASSWORD +hidden +line \d+\n +as POSTGRES_SUPERUSER_PASSWORD_FILE\n +in secret/,
  );
  expect(find('POSTGRES_APP_PASSWORD')).toMatchObject({
    value: null,
    isSecret: true,
    from: { kind: 'line', as: 'DATABASE_URL' },
  });
});

test('a default that follows from other settings is shown as what it is', () => {
  const { find } = shown({ ...leastBackup, CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12' });

  expect(find('CLUSTER_DB_HOSTS')).toMatchObject({ value: 'pg1,pg2', from: { kind: 'default' } });
  expect(find('MINIO_ENDPOINT')).toMatchObject({ value: '10.0.0.10:9000', from: { kind: 'default' } });
  expect(find('PGBACKREST_STANZA')).toMatchObject({ value: 'shop', from: { kind: 'default' } });
  expect(find('CLUSTER_SSH_USER')).toMatchObject({ value: null, from: { kind: 'not set' } });
});

test('what does nothing in this cluster is shown only where somebody wrote it', () => {
  const none = shown({ MINIO_BUCKET: 'not-used-yet' }).text;
  expect(none).toContain('No backups: BACKUP_REPOSITORY is not set');
  expect(none).toContain('MINIO_BUCKET');
  expect(none).not.toMatch(/PGBACKREST|MINIO_REGION/);

  const posix = shown({ ...leastBackup, BACKUP_REPOSITORY: 'posix' }).text;
  expect(posix).toContain('PGBACKREST_TLS_PORT');
  expect(posix).not.toContain('MINIO_REGION');
});

test('nothing is wider than 80 columns', () => {
  const { text } = shown({
    CLUSTER_DB_REPLICA_HOSTS: Array.from({ length: 20 }, (_, n) => `replica-${n}.example.net`).join(','),
    DATABASE_REPLICA_1_WEIGHT: undefined,
    CLUSTER_SSH_KEY: `/${'long/'.repeat(30)}key`,
  });

  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
