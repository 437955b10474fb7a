// A new certificate authority, phase by phase, and what a node makes of it.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseCertificate, isSignedBy } from '../../../src/pki/inspect.ts';
import type { Cluster } from '../../../src/model/cluster.ts';
import type { RotationPhase } from '../../../src/pki/rotation.ts';
import { copyAuthority, ensureAuthority } from '../../../src/pki/certificate-authority.ts';
import { ensureCredential, ensureTrust } from '../../../src/pki/credential-step.ts';
import { readAuthority } from '../../../src/pki/read-authority.ts';
import {
  makeNextAuthority,
  markRotation,
  removeOldAuthority,
  unmarkRotation,
} from '../../../src/certificates/rotation-step.ts';
import { serverCertificateOf } from '../../../src/pki/server-certificate.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { controlHost } from '../../support/control-host.ts';
import { pg1, plan, run, shop } from '../../support/shop.ts';

const startedAt = '2026-11-21T10:00:00.000Z';
const place = serverCertificateOf(shop, pg1);
let cluster: Cluster;
let control: ReturnType<typeof fakeHost>;
let node: ReturnType<typeof fakeHost>;

beforeEach(async () => {
  const here = mkdtempSync(join(tmpdir(), 'dbctl-ca-'));
  cluster = { ...shop, caCertificateFile: join(here, 'shop-ca.crt') };
  control = controlHost();
  node = fakeHost();
  await run(ensureAuthority(cluster), control.host);
  await run(ensureCredential(cluster, place, control.host), node.host);
  return () => rmSync(here, { recursive: true });
});

const read = async () => (await readAuthority(cluster, control.host))!;
const mark = (phase: RotationPhase) => run(markRotation(cluster, { phase, startedAt }), control.host);
const leaf = () => node.disk.get(place.certificate)!.content;

test('a new authority is made beside the other, once, and nobody trusts it before that is marked', async () => {
  const old = await read();
  const step = makeNextAuthority(cluster, startedAt);

  expect((await run(step, control.host)).changes).toEqual(['make a new certificate authority of shop']);
  expect((await run(step, control.host)).status).toBe('in place');
  expect(control.disk.get('/etc/dbctl/pki/shop/next/ca.key')).toMatchObject({ mode: 0o600 });
  expect(await read()).toMatchObject({ certificate: old.certificate, trusted: [old.certificate] });
});

test('each phase says who signs and who is trusted', async () => {
  const old = (await read()).certificate;
  await run(makeNextAuthority(cluster, startedAt), control.host);
  const next = control.disk.get('/etc/dbctl/pki/shop/next/ca.crt')!.content;
  const seen: unknown[] = [];

  for (const phase of ['leaves', 'trust', 'overlap', 'renew', 'issue', 'drop'] as const) {
    await mark(phase);
    const { certificate, trusted } = await read();
    seen.push([
      phase,
      certificate === old ? 'old' : 'next',
      trusted.map((one) => (one === old ? 'old' : 'next')),
    ]);
  }

  expect(next).not.toBe(old);
  expect(seen).toEqual([
    ['leaves', 'old', ['old']],
    ['trust', 'old', ['old', 'next']],
    ['overlap', 'old', ['old', 'next']],
    ['renew', 'old', ['old', 'next']],
    ['issue', 'next', ['old', 'next']],
    ['drop', 'next', ['next']],
  ]);
});

test('a node learns to trust both, keeps its certificate until the new one signs, and forgets the old one', async () => {
  const before = leaf();
  const trust = (authorities: number) => ensureTrust(cluster, place, control.host, { authorities });
  expect((await plan(trust(2), node.host)).changes).toEqual(['write /etc/dbctl/shop/pg1/ca.crt']);
  await run(makeNextAuthority(cluster, startedAt), control.host);
  await mark('trust');

  expect((await run(trust(2), node.host)).status).toBe('changed');
  expect((await plan(ensureCredential(cluster, place, control.host), node.host)).status).toBe('in place');
  await run(copyAuthority(cluster, control.host, { authorities: 2 }), control.host);
  expect(readFileSync(cluster.caCertificateFile, 'utf8').match(/BEGIN CERTIFICATE/g)).toHaveLength(2);

  await mark('issue');
  const { changes } = await run(ensureCredential(cluster, place, control.host), node.host);
  expect(changes).toEqual(["replace the certificate: it was not signed by the cluster's CA"]);
  expect(leaf()).not.toBe(before);

  expect((await plan(trust(1), node.host)).status).toBe('planned');
  await mark('drop');
  await run(trust(1), node.host);
  await run(removeOldAuthority(cluster), control.host);
  expect((await plan(removeOldAuthority(cluster), control.host)).status).toBe('in place');
  const { trusted, rotation } = await read();
  expect([trusted.join(''), rotation]).toEqual([node.disk.get(place.authority)!.content, undefined]);
  expect(isSignedBy(parseCertificate(leaf())!, trusted[0]!)).toBe(true);
});

const rotate = (since: number) => ensureCredential(cluster, place, control.host, { since });

test('a rotation replaces what is older than its start, once', async () => {
  const before = leaf();

  expect((await plan(rotate(Date.now() - 60_000), node.host)).status).toBe('in place');
  const { changes } = await plan(rotate(Date.now() + 60_000), node.host);
  expect(changes).toEqual(['replace the certificate: it is older than this rotation']);
  expect(leaf()).toBe(before);
});

test('a key and its certificate change places together', async () => {
  node.disk.set(place.certificate, { ...node.disk.get(place.certificate)!, content: 'broken' });
  node.ran.length = 0;

  await run(ensureCredential(cluster, place, control.host), node.host);

  expect(node.ran).toHaveLength(1);
  expect([...node.disk.keys()].toSorted()).toEqual(
    [place.authority, place.certificate, place.key].toSorted(),
  );
  expect(node.disk.get(place.key)).toMatchObject({ owner: 'postgres:postgres', mode: 0o600 });
});

test('the mark goes when the rotation is done', async () => {
  await mark('leaves');

  expect((await run(unmarkRotation(cluster), control.host)).changes).toEqual([
    'remove the mark of the rotation',
  ]);
  expect((await run(unmarkRotation(cluster), control.host)).status).toBe('in place');
});
