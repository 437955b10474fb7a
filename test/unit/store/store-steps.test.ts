// The object store's own steps, each on a bare host and once more.

import { expect, test } from 'vitest';
import { storeOf } from '../../../src/model/backup.ts';
import { storeFiles } from '../../../src/store/store.ts';
import { addressesOf } from '../../../src/system/resolve.ts';
import { programInPath, hasAccount, makeAccount, loadedFirewall } from '../../../src/system/store.ts';
import { ensureStoreAccount, installStoreProgram } from '../../../src/store/store-program-step.ts';
import { ensureBucket, ensureMinioKey } from '../../../src/store/store-bucket-step.ts';
import { ensureStoreFirewall } from '../../../src/store/store-firewall-step.ts';
import { runStore } from '../../../src/store/run-store-step.ts';
import { makeZip, readZip } from '../../../src/store/zip.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { answering, when, yesOrNo } from '../../support/answering.ts';
import { plan, run } from '../../support/shop.ts';

const clusterWith = (kind: 'minio' | 'versitygw') =>
  clusterOf({
    CLUSTER_DB_REPLICA_HOSTS: 'pg2=[fd00::12]',
    CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
    BACKUP_REPOSITORY: kind,
    MINIO_ACCESS_KEY: 'key-id-of-shop',
    MINIO_SECRET_KEY: 'key-secret-of-shop',
    MINIO_ROOT_USER: 'root-id-of-shop',
    MINIO_ROOT_PASSWORD: 'root-secret-of-shop',
    PGBACKREST_CIPHER_PASS: 'a-passphrase-of-some-length',
  });
const cluster = clusterWith('minio');
const store = storeOf(cluster.backup!)!;
const files = storeFiles(cluster, 'minio');

test('the account of stores is made once', async () => {
  let isThere = false;
  const answers = answering(
    when(hasAccount('dbctl-store'), () => yesOrNo(isThere)),
    when(makeAccount('dbctl-store'), () => void (isThere = true)),
  );
  const { host } = fakeHost({}, answers);

  expect((await run(ensureStoreAccount(), host)).status).toBe('changed');
  expect((await run(ensureStoreAccount(), host)).status).toBe('in place');
});

test('a program in the PATH of the control host is used, and none is sent', async () => {
  const { host } = fakeHost({}, answering(when(programInPath('minio'), '/usr/local/bin/minio\n')));
  expect((await plan(installStoreProgram(store), host)).status).toBe('in place');
});

test('the firewall lets in the nodes, whatever kind of address they have', async () => {
  const answers = answering(when(addressesOf(['10.0.0.11', 'fd00::12']), ''));
  const { host, disk } = fakeHost({}, answers);

  await run(ensureStoreFirewall(cluster, store)[0]!, host);

  expect(disk.get(files.firewall)?.content).toMatchInlineSnapshot(`
    "# Written by dbctl for cluster shop: only its hosts reach its object store. Other ports are left alone.
    # Loaded by the store and by dbctl-store-minio-shop-firewall.service.
    table inet dbctl_shop_minio
    delete table inet dbctl_shop_minio
    table inet dbctl_shop_minio {
      set allowed4 {
        type ipv4_addr
        elements = { 10.0.0.11 }
      }
      set allowed6 {
        type ipv6_addr
        elements = { fd00::12 }
      }
      chain input {
        type filter hook input priority filter - 10; policy accept;
        tcp dport 9000 iifname "lo" accept
        tcp dport 9000 ip saddr @allowed4 accept
        tcp dport 9000 ip6 saddr @allowed6 accept
        tcp dport 9000 reject with tcp reset
      }
    }
    # dbctl wrote all above, and nobody changed it while this is its SHA-256: c7b038286d0edfd9294e021d06eaeb14eb94531d86e3811ab823dd4ad2c8d4bf
    "
  `);
});

const loaded = (elem: readonly string[], port = 9000) =>
  JSON.stringify({ nftables: [{ set: { elem } }, { rule: { expr: [{ match: { right: port } }] } }] });
async function statusWith(rules: string) {
  const answers = answering(
    when(addressesOf(['10.0.0.11', 'fd00::12']), ''),
    when(loadedFirewall(files.firewallTable), rules),
  );
  return (await plan(ensureStoreFirewall(cluster, store)[3]!, fakeHost({}, answers).host)).status;
}

test('rules that somebody dropped, or that let in others, are loaded again', async () => {
  expect(await statusWith(loaded(['10.0.0.11', 'fd00::12']))).toBe('in place');
  expect(await statusWith('{}')).toBe('planned');
  expect(await statusWith(loaded(['10.0.0.11']))).toBe('planned');
  expect(await statusWith(loaded(['10.0.0.11', 'fd00::12'], 9001))).toBe('planned');
});

test.each([
  ['minio', '--address 10.0.0.10:9000 /var/lib/dbctl-store/shop/minio'],
  ['versitygw', 'posix /var/lib/dbctl-store/shop/versitygw'],
] as const)('the unit of %s names no secret', async (kind, end) => {
  const other = clusterWith(kind);
  const { host, disk } = fakeHost({}, answering(when(programInPath(kind), `/usr/bin/${kind}\n`)));
  const steps = runStore(other, storeOf(other.backup!)!, host);

  for (const step of steps.slice(1, -1)) await run(step, host);

  const unit = disk.get(`/etc/systemd/system/${storeFiles(other, kind).unit}`)?.content ?? '';
  expect(unit).not.toMatch(/of-shop/);
  expect(unit).toMatch(new RegExp(`^ExecStart=/usr/bin/${kind} .*${end}$`, 'm'));
  const secretFiles = [...disk].filter(([, { content }]) => content.includes('-of-shop'));
  expect(secretFiles.map(([, { mode }]) => mode)).toEqual(secretFiles.map(() => 0o600));
  expect(secretFiles.length).toBeGreaterThan(0);
});

function answer(status: number, body: Buffer = Buffer.of()): string {
  const said = Buffer.concat([Buffer.from('HTTP/1.1 200\r\n\r\n'), body]);
  return `0\n1\n\nanswer=${said.toString('base64')}\n\nverify=0 status=${status}\n`;
}

/** A store that keeps what curl sends to it. */
function fakeStore() {
  const kept = { buckets: new Set<string>(), iam: makeZip({}), removed: [] as string[] };
  const { host } = fakeHost({}, (_, stdin) => {
    const [, body = ''] = stdin.split('\n');
    const [, path = ''] = /url = "https:\/\/[^/]*([^"]*)"/.exec(stdin) ?? [];
    const method = /request = "(.*)"/.exec(stdin)?.[1];
    if (path.endsWith('/export-iam')) return answer(200, kept.iam);
    if (path.endsWith('/import-iam')) kept.iam = Buffer.from(body, 'base64');
    else if (method === 'DELETE') kept.removed.push(path);
    else if (method === 'PUT') kept.buckets.add(path);
    return answer(kept.buckets.has(path.split('?')[0]!) ? 200 : 404);
  });
  return { host, kept };
}

test('the bucket is made once', async () => {
  const { host } = fakeStore();
  expect((await run(ensureBucket(cluster, store), host)).changes).toEqual(['make the bucket shop']);
  expect((await run(ensureBucket(cluster, store), host)).status).toBe('in place');
});

test('the key is given its rights once, and the one before it loses them', async () => {
  const { host, kept } = fakeStore();
  expect((await run(ensureMinioKey(cluster, store), host)).status).toBe('changed');
  expect((await run(ensureMinioKey(cluster, store), host)).status).toBe('in place');

  const found = readZip(kept.iam);
  const mappings = JSON.parse(found['iam-assets/user_mappings.json']!) as object;
  const before = { ...mappings, 'old-id': { policy: 'dbctl-shop' }, other: { policy: 'theirs' } };
  kept.iam = makeZip({ ...found, 'iam-assets/user_mappings.json': JSON.stringify(before) });

  const planned = await plan(ensureMinioKey(cluster, store), host);
  expect(planned.changes).toEqual(['remove the key that was used before']);
});

test('a key whose rights were widened by somebody is given its own again', async () => {
  const { host, kept } = fakeStore();
  await run(ensureMinioKey(cluster, store), host);
  const found = readZip(kept.iam);
  const wider = found['iam-assets/policies.json']!.replace('arn:aws:s3:::shop/*', 'arn:aws:s3:::*');
  kept.iam = makeZip({ ...found, 'iam-assets/policies.json': wider });

  expect((await plan(ensureMinioKey(cluster, store), host)).changes).toEqual([
    'let the key use shop, and nothing else',
  ]);
});
