// The object store on the control host, asked with curl and seen by pgBackRest.

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pgbackrestOn } from '../support/backup-story.ts';
import { startLabWithBackups, type Lab } from '../support/e2e.ts';
import { expectClear, finishes, settled } from '../support/faults.ts';
import { offered, readOffered } from '../support/package-source.ts';
import { onPort } from '../support/restore-story.ts';
import { keyOf, rootOf, showCertificate, statusOf, storeUrl, writeUnsigned } from '../support/store-story.ts';
import { addressOf, describeOnHosts, expectExit, patienceMs, succeed } from '../support/story.ts';

/** Building a store takes minutes on a slow machine, once. */
const buildPatienceMs = 1_200_000;

async function labWithStore(kind: 'minio' | 'versitygw'): Promise<Lab> {
  const lab = await startLabWithBackups(
    kind === 'minio' ? 'store-minio' : 'store-vgw',
    kind,
    '--hosts',
    'control,pg1,out',
  );
  // A host that is no part of the cluster.
  lab.configure({ CLUSTER_DB_REPLICA_HOSTS: undefined });
  await succeed(lab, 'init-primary');
  return lab;
}

/** The same store, as one that somebody else runs: dbctl repairs nothing of it. */
const asForeign = (lab: Lab): Readonly<Record<string, string>> => ({
  BACKUP_REPOSITORY: 's3',
  MINIO_ENDPOINT: `${addressOf(lab, 'control')}:9000`,
  MINIO_CA_CERT: `${lab.env['CLUSTER_NAME']}-ca.crt`,
});

const ownAgain = (kind: string) => ({
  BACKUP_REPOSITORY: kind,
  MINIO_ENDPOINT: undefined,
  MINIO_CA_CERT: undefined,
});

/** `backup setup` stops before anything is made, and says this of each host. */
async function expectNamed(lab: Lab, exitCode: number, problem: string): Promise<void> {
  const finished = await lab.dbctl('backup', 'setup');
  expectExit(finished, exitCode);
  expect(finished.stderr).toContain(`pg1 → ${addressOf(lab, 'control')}:9000: ${problem}`);
}

/** A certificate that is gone is made again, and shown by the process that runs already. */
async function expectRenewed(lab: Lab, kind: 'minio' | 'versitygw'): Promise<void> {
  const unit = `dbctl-store-${kind}-${lab.env['CLUSTER_NAME']}`;
  const [host] = storeUrl(lab).split('/').toReversed();
  const ask = `openssl s_client -connect ${host} < /dev/null 2>/dev/null | openssl x509 -noout -serial`;
  const shown = (): Promise<string> => lab.shell('control', ask);
  const mainProcess = (): Promise<string> => lab.shell('control', `systemctl show -P MainPID ${unit}`);
  const [before, process] = [await shown(), await mainProcess()];
  await lab.shell('control', `rm /etc/dbctl/${lab.env['CLUSTER_NAME']}/_${kind}/certs/public.crt`);

  await finishes(lab, 'backup', 'setup');

  await expect.poll(shown, { timeout: 10_000 }).not.toBe(before);
  expect(await mainProcess()).toBe(process);
}

describeOnHosts('MinIO on the control host', () => {
  let lab: Lab;
  let unit: string;
  const onControl = (line: string): Promise<string> => lab.shell('control', line);
  const out = (): string => lab.hosts().find(({ name }) => name === 'out')!.address;

  beforeAll(async () => {
    lab = await labWithStore('minio');
    unit = `dbctl-store-minio-${lab.env['CLUSTER_NAME']}`;
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('it works in one go, and the second run has nothing to do', { timeout: buildPatienceMs }, async () => {
    await finishes(lab, 'backup', 'setup');
    await pgbackrestOn(lab, 'pg1', 'check');
  });

  test('it runs as an account of its own, and tells nobody its secrets', async () => {
    const process = await onControl(`systemctl show -P MainPID ${unit}`);

    expect((await onControl(`ps -o user:20= -p ${process}`)).trim()).toBe('dbctl-store');
    const visible = await onControl(
      `tr '\\0' '\\n' < /proc/${process}/environ; tr '\\0' ' ' < /proc/${process}/cmdline; systemctl cat ${unit}; journalctl -o cat -u ${unit}; ls -l /proc/${process}/fd`,
    );
    for (const { id, secret } of [keyOf(lab), rootOf(lab)]) {
      expect(visible).not.toContain(id);
      expect(visible).not.toContain(secret);
    }
    const listening = await onControl(`ss -Hltnp | grep 'pid=${process},' | awk '{ print $4 }' | sort`);
    expect(listening.split('\n').toSorted()).toEqual(
      ['127.0.0.1:9000', `${addressOf(lab, 'control')}:9000`, '[::1]:9000'].toSorted(),
    );
  });

  test('a machine that is no node is restored on, and reaches the store only so long', async () => {
    await lab.sql('pg1', 'create table kept as select generate_series(1, 100) n', 'app');
    const restore = ['backup', 'restore', `--to=copy=${out()}:5499`] as const;

    await finishes(lab, ...restore);

    expect(await onPort(lab, 'out', 5499, 'select count(*) from kept')).toBe('100');
    expect(await statusOf(lab, 'out', undefined, ['GET', '/minio/health/cluster'])).toBe('000 7');
    await settled(lab, 'backup', 'setup');
    await lab.shell(
      'out',
      'nft add table inet cut; nft add chain inet cut out { type filter hook output priority 0\\; }',
    );
    await lab.shell('out', 'nft add rule inet cut out tcp dport 9000 drop');
    const cut = await lab.dbctl('backup', 'restore', `--to=other=${out()}:5498`);
    expectClear(lab, cut, 3, `other → ${addressOf(lab, 'control')}:9000`, 'no answer in time');
    await lab.shell('out', 'nft delete table inet cut');
    expect(await statusOf(lab, 'out', undefined, ['GET', '/minio/health/cluster'])).toBe('000 7');
  });

  test('only hosts of the cluster reach it, also after the firewall was loaded anew', async () => {
    const health = ['GET', '/minio/health/cluster'] as const;
    const answers = () =>
      Promise.all(['control', 'pg1', 'out'].map((host) => statusOf(lab, host, undefined, health)));
    expect(await answers()).toEqual(['200', '200', '000 7']);

    await onControl('systemctl restart nftables');
    // Its own unit is restarted with it, and not waited for.
    await expect.poll(answers, { timeout: 10_000 }).toEqual(['200', '200', '000 7']);

    await onControl('nft flush ruleset');
    const { stdout } = await succeed(lab, 'backup', 'setup', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ changes: [{ change: 'load the firewall rules' }] });
    expect(await answers()).toEqual(['200', '200', '000 7']);
  });

  test('its key may use its own part of its own bucket, and nothing else', async () => {
    const bucket = lab.env['MINIO_BUCKET']!;
    const asKey = (...request: [string, string, string?]) => statusOf(lab, 'pg1', keyOf(lab), request);
    await statusOf(lab, 'control', rootOf(lab), ['PUT', '/somebody-elses']);

    expect(await asKey('GET', `/${bucket}?list-type=2`)).toBe('200');
    expect(await asKey('PUT', `/${bucket}/pgbackrest/mine`, 'x')).toBe('200');
    expect(await asKey('DELETE', `/${bucket}/pgbackrest/mine`)).toBe('204');
    expect(await asKey('PUT', `/${bucket}/elsewhere`, 'x')).toBe('403');
    expect(await asKey('GET', '/somebody-elses?list-type=2')).toBe('403');
    expect(await asKey('PUT', '/somebody-elses/pgbackrest/x', 'x')).toBe('403');
    expect(await asKey('PUT', '/one-more')).toBe('403');
    expect(await asKey('DELETE', `/${bucket}`)).toBe('403');
    expect(await asKey('GET', '/minio/admin/v3/export-iam')).toBe('403');
  });

  test("MinIO's hole is shut for the key, open to who knows the administrator's id, and nobody else gets there", async () => {
    expect(await writeUnsigned(lab, 'pg1', keyOf(lab).id)).toBe('403');
    // If this ever fails, MinIO was mended, and the warning can go.
    expect(await writeUnsigned(lab, 'pg1', rootOf(lab).id)).toBe('200');
    await expect(writeUnsigned(lab, 'out', rootOf(lab).id)).rejects.toThrow();
  });

  test('a new key replaces the old one, id and secret', async () => {
    const list = ['GET', `/${lab.env['MINIO_BUCKET']}?list-type=2`] as const;
    const [first, second] = [keyOf(lab), { ...keyOf(lab), secret: 'another-secret-key-1' }];
    lab.configure({ MINIO_SECRET_KEY: second.secret });
    await finishes(lab, 'backup', 'setup');
    expect(await statusOf(lab, 'pg1', first, list)).toBe('403');
    expect(await statusOf(lab, 'pg1', second, list)).toBe('200');

    lab.configure({ MINIO_ACCESS_KEY: 'another-key-id-1' });
    await finishes(lab, 'backup', 'setup');
    expect(await statusOf(lab, 'pg1', second, list)).toBe('403');
    expect(await statusOf(lab, 'pg1', keyOf(lab), list)).toBe('200');
    await pgbackrestOn(lab, 'pg1', 'check');
  });

  test('a new certificate is shown without a restart', () => expectRenewed(lab, 'minio'));

  test('the program comes from a file where it can neither be built nor downloaded, as the refusals say', async () => {
    const installed = await onControl('ls -d /usr/local/lib/dbctl/minio-* | grep -v sha256');
    const { root } = lab.hosts().find(({ name }) => name === 'control')!;
    const program = join(lab.directory, 'minio');
    copyFileSync(join(root, installed), program);
    await onControl(
      `rm ${installed}*; printf '#!/bin/sh\necho mips\n' >/usr/local/bin/uname; chmod +x /usr/local/bin/uname`,
    );

    const unbuilt = await lab.dbctl('backup', 'setup');
    const [, name = ''] = /^→ provide the program: (MINIO_BINARY)=\S+$/m.exec(unbuilt.stderr) ?? [];
    lab.configure({ [name]: 'https://127.0.0.1:1/minio', MINIO_BINARY_SHA256: '0'.repeat(64) });
    const unfetched = await lab.dbctl('backup', 'setup');
    const advice = /^→ download it yourself and set its path: (MINIO_BINARY)=\S+$/m;
    const [, again = ''] = advice.exec(unfetched.stderr) ?? [];
    lab.configure({ [again]: program, MINIO_BINARY_SHA256: undefined });
    await finishes(lab, 'backup', 'setup');

    expectClear(lab, unbuilt, 4, 'minio cannot be built for this control host');
    expectClear(lab, unfetched, 3, 'https://127.0.0.1:1/minio cannot be downloaded');
    await pgbackrestOn(lab, 'pg1', 'check');
    await onControl('rm /usr/local/bin/uname');
    lab.configure({ MINIO_BINARY: undefined });
    await finishes(lab, 'backup', 'setup');
  });

  test('a host without curl is named, and gets it as the advice says', async () => {
    await lab.shell('pg1', `${offered('curl')}; dpkg -r curl; ${readOffered}`);

    const checked = await lab.dbctl('backup', 'check', '-o', 'json');

    const [, line = ''] = /install it there: (apt-get install curl)"/.exec(checked.stdout) ?? [];
    await lab.shell('pg1', line, 'y\n');
    expectExit(await lab.dbctl('backup', 'check'), 0);
  });

  test('each link that fails is named before anything is made', async () => {
    const { MINIO_SECRET_KEY, MINIO_ACCESS_KEY, MINIO_BUCKET } = lab.env;
    const foreign = asForeign(lab);
    const faulty = async (settings: Readonly<Record<string, string>>, code: number, problem: string) => {
      lab.configure({ ...foreign, MINIO_SECRET_KEY, MINIO_ACCESS_KEY, MINIO_BUCKET, ...settings });
      await expectNamed(lab, code, problem);
    };
    await onControl(
      'cd /tmp && openssl req -x509 -newkey rsa:2048 -nodes -keyout o -out o.crt -subj /CN=other',
    );
    writeFileSync(join(lab.directory, 'other-ca.crt'), `${await onControl('cat /tmp/o.crt')}\n`);

    await faulty({ MINIO_SECRET_KEY: 'wrong-secret-key' }, 4, 'the key is wrong (MINIO_SECRET_KEY)');
    await faulty({ MINIO_ACCESS_KEY: 'nobody' }, 4, 'the store does not know the id of the key');
    await faulty(
      { MINIO_BUCKET: 'no-such-bucket' },
      4,
      'there is no such bucket, or the key may not list it',
    );
    await faulty(
      { MINIO_CA_CERT: 'other-ca.crt' },
      3,
      'its certificate is from a CA that this host does not',
    );

    const names = `DNS:control,IP:${addressOf(lab, 'control')}`;
    const [longAgo, past, future] = ['20260101000000Z', '20260201000000Z', '20360101000000Z'];
    await showCertificate(lab, 'minio', { names, from: longAgo, to: past });
    await faulty({}, 3, 'its certificate has ended (on Feb  1 00:00:00 2026 GMT');
    await showCertificate(lab, 'minio', { names: 'DNS:other', from: longAgo, to: future });
    await faulty({}, 3, 'its certificate is for other names (it is for other)');
    await showCertificate(lab, 'minio', { names, from: longAgo, to: future });

    const wrongClock = `#!/bin/sh\nexec /usr/bin/date -d "$(/usr/bin/date '+%F %T') 1 hour" "$@"\n`;
    await lab.shell('pg1', 'cat > /usr/local/bin/date && chmod +x /usr/local/bin/date', wrongClock);
    await faulty({}, 4, "the clocks differ: the store's is 60 min behind this host's");
    await lab.shell('pg1', 'rm /usr/local/bin/date');

    await onControl(`systemctl stop ${unit}`);
    await faulty({}, 3, 'connection refused');
    lab.configure({ ...ownAgain('minio'), MINIO_SECRET_KEY, MINIO_ACCESS_KEY, MINIO_BUCKET });
    await finishes(lab, 'backup', 'setup');
  });
});

describeOnHosts('versitygw on the control host', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await labWithStore('versitygw');
  }, patienceMs);

  afterAll(async () => lab?.down(), patienceMs);

  test('it works in one go, and the second run has nothing to do', { timeout: buildPatienceMs }, async () => {
    await finishes(lab, 'backup', 'setup');
    await pgbackrestOn(lab, 'pg1', 'check');
    await pgbackrestOn(lab, 'control', 'verify');
    expect(await statusOf(lab, 'out', undefined, ['GET', '/'])).toBe('000 7');
  });

  test('its key may use its own part of its own bucket, and nothing else', async () => {
    const bucket = lab.env['MINIO_BUCKET']!;
    const asKey = (...request: [string, string, string?]) => statusOf(lab, 'pg1', keyOf(lab), request);
    await statusOf(lab, 'control', rootOf(lab), ['PUT', '/somebody-elses']);

    expect(await asKey('GET', `/${bucket}?list-type=2`)).toBe('200');
    expect(await asKey('PUT', `/${bucket}/elsewhere`, 'x')).toBe('403');
    expect(await asKey('GET', '/somebody-elses?list-type=2')).toBe('403');
    expect(await asKey('PUT', '/somebody-elses/pgbackrest/x', 'x')).toBe('403');
    expect(await asKey('PUT', '/one-more')).toBe('403');
  });

  test('a new certificate is shown without a restart', () => expectRenewed(lab, 'versitygw'));

  test("no form of upload does without the key's secret", async () => {
    expect(await writeUnsigned(lab, 'pg1', keyOf(lab).id)).toMatch(/^4/);
    expect(await writeUnsigned(lab, 'pg1', rootOf(lab).id)).toMatch(/^4/);
  });

  test('a key that may only read is named, and so is one that may not delete', async () => {
    const bucket = lab.env['MINIO_BUCKET']!;
    const allow = (...actions: readonly string[]) => ({
      Effect: 'Allow',
      Principal: { AWS: [keyOf(lab).id] },
      Action: actions,
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    });
    const permit = async (...actions: readonly string[]) => {
      const policy = JSON.stringify({ Version: '2012-10-17', Statement: [allow(...actions)] });
      const asked = await statusOf(lab, 'control', rootOf(lab), ['PUT', `/${bucket}?policy=`, policy]);
      expect(asked).toMatch(/^20/);
    };
    lab.configure(asForeign(lab));
    await finishes(lab, 'backup', 'setup');

    await permit('s3:ListBucket', 's3:GetObject');
    await expectNamed(lab, 4, 'the key may read the bucket, but not write to it');
    await permit('s3:ListBucket', 's3:GetObject', 's3:PutObject');
    await expectNamed(lab, 4, 'the key may write to the bucket, but not delete');
    await statusOf(lab, 'control', rootOf(lab), ['DELETE', `/${bucket}?policy=`]);
    await expectNamed(lab, 4, 'there is no such bucket, or the key may not list it');

    lab.configure(ownAgain('versitygw'));
    await finishes(lab, 'backup', 'setup');
  });
});
