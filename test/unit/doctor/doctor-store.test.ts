import { expect, test } from 'vitest';
import { neededPackages, ownPorts } from '../../../src/doctor/needs.ts';
import { doctorReport } from '../../../src/doctor/report.ts';
import { sitesOf } from '../../../src/model/site.ts';
import { clusterOf, leastBackup } from '../../support/cluster-file.ts';
import { fitting, sightOf, type Otherwise } from './doctor-sight.ts';

const own = clusterOf(leastBackup);
const foreign = clusterOf({
  ...leastBackup,
  BACKUP_REPOSITORY: 's3',
  MINIO_ROOT_USER: undefined,
  MINIO_ROOT_PASSWORD: undefined,
  MINIO_ENDPOINT: 's3.example.org',
});
const plain = clusterOf();
const everywhere = { packages: { pgbackrest: { installed: '2.55.1-1', candidate: undefined } } };

const told = (cluster: typeof own, otherwise: Readonly<Record<string, Otherwise>>): readonly string[] =>
  doctorReport(cluster, sightOf(otherwise, cluster), []).findings.map(
    ({ hosts, what, next }) => `${hosts.join(' ')}: ${what} → ${next[0]}`,
  );

test('a host needs what is to run on it, and no more', () => {
  expect(sitesOf(own).map((site) => neededPackages(own, site))).toEqual([
    ['pgbackrest', 'curl', 'nftables'],
    ['postgresql-17', 'pgbackrest', 'curl'],
  ]);
  expect(sitesOf(plain).flatMap((site) => neededPackages(plain, site))).toEqual(['postgresql-17']);
});

test('ports are ours where our programs will listen', () => {
  const ports = (cluster: typeof own) =>
    sitesOf(cluster).flatMap((site) =>
      ownPorts(cluster, site).map(({ port, unit }) => `${site.name} ${port} ${unit}`),
    );

  expect(ports(own)).toEqual([
    'control 9000 dbctl-store-minio-shop.service',
    'pg1 8432 dbctl-pgbackrest-shop.service',
  ]);
  expect(ports(foreign)).toEqual(['pg1 8432 dbctl-pgbackrest-shop.service']);
  expect(ports(plain)).toEqual([]);
});

test('without backups nothing of them is looked at', () => {
  expect(
    told(plain, {
      pg1: { facts: { packages: { 'postgresql-17': { installed: '17.12-1', candidate: undefined } } } },
    }),
  ).toEqual([]);
});

test('packages that a store needs are missed too, and who has its port', () => {
  const listener = { port: 9000, command: 'php-fpm', pid: 7, unit: undefined };

  expect(told(own, { control: { facts: { ...everywhere, listeners: [listener] } } })).toEqual([
    'control: port 9000 is taken by php-fpm (pid 7) → stop it: kill 7; or choose another port in .env.cluster: MINIO_ENDPOINT',
    ...['curl', 'nftables'].map(
      (name) => `control: it cannot install ${name} → if its package lists are old: apt-get update`,
    ),
  ]);
});

const shows = (isTrusted: boolean) =>
  ({ state: 'open', certificate: { ...fitting, names: ['s3.example.org'], isTrusted } }) as const;

test('a store of somebody else must be there, and be trusted', () => {
  const link = 's3.example.org:443';

  expect(
    told(foreign, { control: { links: { [link]: shows(true) } }, pg1: { links: { [link]: shows(false) } } }),
  ).toEqual([
    'pg1: s3.example.org:443 presents a certificate that is not signed by a CA trusted here → set the CA of the store: MINIO_CA_CERT',
  ]);
  expect(told(foreign, { control: { links: { [link]: shows(true) } } })).toEqual([
    'pg1: s3.example.org:443 refuses: nothing listens there → check MINIO_ENDPOINT, and that the store on s3.example.org is running',
  ]);
});
