import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Cluster } from '../../../src/model/cluster.ts';
import { ensureAuthority } from '../../../src/pki/certificate-authority.ts';
import {
  ensureClientCredential,
  ensureServerCredential,
  ensureStoreAuthorities,
} from '../../../src/backup/pgbackrest-credentials-step.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { controlHost } from '../../support/control-host.ts';
import { backedUpShop, pg1, plan, run } from '../../support/shop.ts';

const directory = '/etc/dbctl/shop/_pgbackrest';
const { cluster: shop } = backedUpShop();
let cluster: Cluster;
let control: ReturnType<typeof fakeHost>;
let here: string;

beforeEach(async () => {
  here = mkdtempSync(join(tmpdir(), 'dbctl-ca-'));
  cluster = { ...shop, caCertificateFile: join(here, 'shop-ca.crt') };
  control = controlHost();
  await run(ensureAuthority(cluster), control.host);
  return () => rmSync(here, { recursive: true });
});

test('a server shows its own address, and only postgres may read its key', async () => {
  const { host, disk } = fakeHost();
  const step = ensureServerCredential(cluster, pg1, control.host);

  expect((await plan(step, host)).changes.join()).toContain('10.0.0.11');
  expect((await run(step, host)).status).toBe('changed');
  const shown = new X509Certificate(disk.get(`${directory}/server.crt`)!.content);
  expect(shown.checkIP('10.0.0.11')).toBe('10.0.0.11');
  expect(shown.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(disk.get(`${directory}/server.key`)).toMatchObject({ owner: 'postgres:postgres', mode: 0o600 });
  expect((await run(step, host)).status).toBe('in place');
});

test('a client is known by a name that no other machine and no other cluster has', async () => {
  const { host, disk } = fakeHost();
  const step = ensureClientCredential(cluster, cluster.control, control.host);

  expect((await run(step, host)).status).toBe('changed');
  const shown = new X509Certificate(disk.get(`${directory}/client.crt`)!.content);
  expect(shown.subject).toBe('CN=shop-control');
  expect(shown.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect((await run(step, host)).status).toBe('in place');
});

test('server and client do not share a key', async () => {
  const { host, disk } = fakeHost();
  await run(ensureServerCredential(cluster, pg1, control.host), host);
  await run(ensureClientCredential(cluster, pg1, control.host), host);

  expect(disk.get(`${directory}/server.key`)).not.toEqual(disk.get(`${directory}/client.key`));
});

const s3 = (changes = {}) =>
  backedUpShop({
    BACKUP_REPOSITORY: 's3',
    MINIO_ENDPOINT: 's3.example.com',
    MINIO_ACCESS_KEY: 'shop-writes-here',
    MINIO_SECRET_KEY: 'secret-of-the-bucket',
    ...changes,
  });

test('the CA of a foreign endpoint is kept where .env.cluster names one', async () => {
  const file = join(here, 'store-ca.crt');
  writeFileSync(file, control.disk.get('/etc/dbctl/pki/shop/ca.crt')!.content);
  const own = s3({ MINIO_CA_CERT: file });

  const steps = ensureStoreAuthorities(own.cluster, own.backup);
  const { host, disk } = fakeHost();
  for (const step of steps) expect((await run(step, host)).status).toBe('changed');

  expect([...disk.keys()]).toEqual([`${directory}/store-ca.crt`]);
  expect(ensureStoreAuthorities(s3().cluster, s3().backup)).toEqual([]);
  expect(ensureStoreAuthorities(shop, shop.backup!)).toEqual([]);
});
