import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Cluster } from '../../../src/model/cluster.ts';
import { RefusedError } from '../../../src/model/errors.ts';
import { copyAuthority, ensureAuthority } from '../../../src/pki/certificate-authority.ts';
import { readAuthority } from '../../../src/pki/read-authority.ts';
import { ensureServerCertificate } from '../../../src/pki/server-certificate.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { controlHost } from '../../support/control-host.ts';
import { pg1, pg2, plan, run, shop } from '../../support/shop.ts';

const directory = '/etc/dbctl/shop/pg1';
let cluster: Cluster;
let control: ReturnType<typeof fakeHost>;

beforeEach(() => {
  const here = mkdtempSync(join(tmpdir(), 'dbctl-ca-'));
  cluster = { ...shop, caCertificateFile: join(here, 'shop-ca.crt') };
  control = controlHost();
  return () => rmSync(here, { recursive: true });
});

const keyOf = (host: ReturnType<typeof fakeHost>): string | undefined =>
  host.disk.get(`${directory}/server.key`)?.content;

test('the authority is made once, and its key can be read by root only', async () => {
  const step = ensureAuthority(cluster);

  expect((await plan(step, control.host)).changes).toEqual([
    'make the certificate authority of shop in /etc/dbctl/pki/shop',
  ]);
  expect(control.disk.size).toBe(0);
  expect((await run(step, control.host)).status).toBe('changed');
  expect(control.disk.get('/etc/dbctl/pki/shop/ca.key')).toMatchObject({ owner: 'root:root', mode: 0o600 });
  expect((await run(step, control.host)).status).toBe('in place');
});

test('a key beside the certificate of another authority is no authority', async () => {
  await run(ensureAuthority(cluster), control.host);
  const other = controlHost();
  await run(ensureAuthority(cluster), other.host);
  control.disk.set('/etc/dbctl/pki/shop/ca.key', other.disk.get('/etc/dbctl/pki/shop/ca.key')!);

  expect((await run(ensureAuthority(cluster), control.host)).status).toBe('changed');
  expect((await run(ensureAuthority(cluster), control.host)).status).toBe('in place');
  await run(copyAuthority(cluster, control.host), control.host);
  control.disk.set('/etc/dbctl/pki/shop/ca.key', other.disk.get('/etc/dbctl/pki/shop/ca.key')!);

  await expect(plan(ensureAuthority(cluster), control.host)).rejects.toThrow(RefusedError);
});

test('the key of an authority hides itself', async () => {
  await run(ensureAuthority(cluster), control.host);

  const authority = await readAuthority(cluster, control.host);

  expect(JSON.stringify(authority)).not.toContain('PRIVATE KEY');
  expect(authority?.key.reveal()).toContain('PRIVATE KEY');
});

test('the certificate is copied beside .env.cluster, and a changed copy is corrected', async () => {
  const step = copyAuthority(cluster, control.host);
  expect((await plan(step, control.host)).changes).toEqual([`write ${cluster.caCertificateFile}`]);
  await run(ensureAuthority(cluster), control.host);

  expect((await run(step, control.host)).status).toBe('changed');
  expect((await run(step, control.host)).status).toBe('in place');
  expect(readFileSync(cluster.caCertificateFile, 'utf8')).toBe(
    control.disk.get('/etc/dbctl/pki/shop/ca.crt')?.content,
  );
});

test('a copy that was never made is not believed to be there', async () => {
  await expect(run(copyAuthority(cluster, control.host), control.host)).rejects.toMatchObject({
    exitCode: 6,
  });
});

test('a second authority is refused while clients trust the first', async () => {
  await run(ensureAuthority(cluster), control.host);
  await run(copyAuthority(cluster, control.host), control.host);
  const other = fakeHost({}, {}, 'laptop');

  const error = await run(ensureAuthority(cluster), other.host).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(RefusedError);
  expect(error).toMatchObject({ message: "the key of the cluster's CA is not on laptop" });
  expect(other.disk.size).toBe(0);
});

test('a node gets a certificate for its name and address, once', async () => {
  const node = fakeHost();
  const step = ensureServerCertificate(cluster, pg1, control.host);
  expect((await plan(step, node.host)).changes).toEqual([
    'write /etc/dbctl/shop/pg1/ca.crt',
    'make a certificate for pg1, 10.0.0.11',
  ]);
  await run(ensureAuthority(cluster), control.host);

  expect((await run(step, node.host)).status).toBe('changed');
  expect(node.disk.get(`${directory}/server.key`)).toMatchObject({ owner: 'postgres:postgres', mode: 0o600 });
  expect(node.disk.get(`${directory}/server.crt`)).toMatchObject({ owner: 'postgres:postgres', mode: 0o644 });
  expect((await run(step, node.host)).status).toBe('in place');
});

test('a certificate of another node is replaced, with a new key', async () => {
  const node = fakeHost();
  await run(ensureAuthority(cluster), control.host);
  const named = { ...pg1, host: 'pg1.example.org' };
  await run(ensureServerCertificate(cluster, named, control.host), node.host);
  const before = keyOf(node);

  const { changes } = await run(ensureServerCertificate(cluster, pg1, control.host), node.host);

  expect(changes).toEqual(['replace the certificate: it is not valid for 10.0.0.11']);
  expect(keyOf(node)).not.toBe(before);
});

test('a CA file that was changed by hand is written again, and the certificate stays', async () => {
  const node = fakeHost();
  await run(ensureAuthority(cluster), control.host);
  await run(ensureServerCertificate(cluster, pg1, control.host), node.host);
  const before = keyOf(node);
  node.disk.set(`${directory}/ca.crt`, { content: 'x', owner: 'root:root', mode: 0o644 });

  const { changes } = await run(ensureServerCertificate(cluster, pg1, control.host), node.host);

  expect(changes).toEqual(['write /etc/dbctl/shop/pg1/ca.crt']);
  expect(keyOf(node)).toBe(before);
});

test('a host that is called after its node is named once', async () => {
  const { changes } = await plan(
    ensureServerCertificate(cluster, { ...pg2, host: 'pg2' }, control.host),
    fakeHost().host,
  );

  expect(changes).toContain('make a certificate for pg2');
});

test('without an authority there is nothing to sign with', async () => {
  const node = fakeHost();

  await expect(run(ensureServerCertificate(cluster, pg1, control.host), node.host)).rejects.toMatchObject({
    message: 'control has no certificate authority for shop',
    next: ['set up the primary first: dbctl init-primary'],
  });
  expect(node.disk.size).toBe(0);
});
