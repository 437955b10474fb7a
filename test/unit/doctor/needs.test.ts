import { expect, test } from 'vitest';
import { neededLinks } from '../../../src/doctor/needs.ts';
import { sitesOf } from '../../../src/model/site.ts';
import { clusterOf, leastBackup } from '../../support/cluster-file.ts';

type Changes = Readonly<Record<string, string | undefined>>;

const replicas = { CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.12,pg3=10.0.0.13:5433' };
const posix = {
  CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
  BACKUP_REPOSITORY: 'posix',
  PGBACKREST_CIPHER_PASS: 'passphrase-of-the-repository',
};
const s3 = {
  ...leastBackup,
  BACKUP_REPOSITORY: 's3',
  MINIO_ROOT_USER: undefined,
  MINIO_ROOT_PASSWORD: undefined,
  MINIO_ENDPOINT: 's3.example.org',
};

const links = (changes: Changes): readonly string[] =>
  neededLinks(clusterOf(changes)).map(
    ({ from, to, host, port, isLater }) => `${from} → ${to} ${host}:${port}${isLater ? ' later' : ''}`,
  );

test.each<[string, Changes, readonly string[]]>([
  ['one node needs nobody', {}, []],
  [
    'replicas reach the primary, and any node any other when roles change',
    replicas,
    [
      'pg2 → pg1 10.0.0.11:5432',
      'pg3 → pg1 10.0.0.11:5432',
      'pg1 → pg2 10.0.0.12:5432 later',
      'pg3 → pg2 10.0.0.12:5432 later',
      'pg1 → pg3 10.0.0.13:5433 later',
      'pg2 → pg3 10.0.0.13:5433 later',
    ],
  ],
  ['nodes on one host need no network', { CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.11:5433' }, []],
  [
    'the control host fetches, and keeps what it is sent',
    posix,
    ['control → pg1 10.0.0.11:8432', 'pg1 → control 10.0.0.10:8432'],
  ],
  [
    'a node that is the control host too keeps its own',
    { ...posix, CLUSTER_CONTROL_HOST: 'pg1=10.0.0.11' },
    [],
  ],
  [
    'every machine reaches the store, its own host too',
    leastBackup,
    ['control → pg1 10.0.0.11:8432', 'control → control 10.0.0.10:9000', 'pg1 → control 10.0.0.10:9000'],
  ],
  [
    'a store of somebody else is no host of the cluster',
    s3,
    [
      'control → pg1 10.0.0.11:8432',
      'control → s3.example.org s3.example.org:443',
      'pg1 → s3.example.org s3.example.org:443',
    ],
  ],
  [
    'a bucket can be part of the name',
    { ...s3, MINIO_URI_STYLE: 'host' },
    [
      'control → pg1 10.0.0.11:8432',
      'control → s3.example.org shop.s3.example.org:443',
      'pg1 → s3.example.org shop.s3.example.org:443',
    ],
  ],
])('%s', (_, changes, wanted) => {
  expect(links(changes)).toEqual(wanted);
});

test('each link says what it is for', () => {
  expect(neededLinks(clusterOf({ ...posix, ...replicas })).map(({ why }) => why)).toContain(
    'pg2 streams from pg1',
  );
});

test('a machine is one site, whatever is on it', () => {
  const sites = sitesOf(
    clusterOf({ CLUSTER_CONTROL_HOST: 'ops=10.0.0.11', CLUSTER_DB_REPLICA_HOSTS: 'pg2=10.0.0.11:5433' }),
  );

  expect(sites).toEqual([
    {
      name: 'pg1',
      host: '10.0.0.11',
      isControl: true,
      nodes: [
        { name: 'pg1', host: '10.0.0.11', port: 5432 },
        { name: 'pg2', host: '10.0.0.11', port: 5433 },
      ],
    },
  ]);
});
