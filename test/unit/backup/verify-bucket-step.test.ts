import { expect, test } from 'vitest';
import { pgbackrestFiles } from '../../../src/backup/pgbackrest.ts';
import { verifyBucket } from '../../../src/backup/verify-bucket-step.ts';
import { clusterOf } from '../../support/cluster-file.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { plan, run } from '../../support/shop.ts';

const clusterWith = (kind: 'minio' | 's3', endpoint?: string) =>
  clusterOf({
    CLUSTER_CONTROL_HOST: 'control=10.0.0.10',
    BACKUP_REPOSITORY: kind,
    MINIO_ENDPOINT: endpoint,
    MINIO_ACCESS_KEY: 'key-id-of-shop',
    MINIO_SECRET_KEY: 'key-secret-of-shop',
    ...(kind === 'minio' && { MINIO_ROOT_USER: 'root-id', MINIO_ROOT_PASSWORD: 'root-secret' }),
    PGBACKREST_CIPHER_PASS: 'a-passphrase-of-some-length',
  });
const own = clusterWith('minio');
const foreign = clusterWith('s3', 's3.example.org');

interface Said {
  readonly status?: number;
  readonly error?: string;
  readonly curl?: number;
  readonly verify?: number;
}

const requestsIn = (stdin: string): readonly string[] =>
  [...stdin.matchAll(/request = "(.*)"/g)].map(([, method]) => method!);

function textOf({ status = 200, error, curl = 0, verify = 0 }: Said): string {
  if (curl !== 0) return `\nverify=${verify} status=0`;
  const head = `HTTP/1.1 ${status}\r\nDate: Sun, 09 Sep 2001 01:46:40 GMT\r\n\r\n`;
  const body = error ? `<Error><Code>${error}</Code></Error>` : '';
  return `answer=${Buffer.from(head + body).toString('base64')}\n\nverify=${verify} status=${status}`;
}

/** A host on which curl is answered by method, and asks without a key when it looks closer. */
function hostWhere(answers: Readonly<Record<string, Said>>, isSetUp = true) {
  const asked: string[] = [];
  const files = isSetUp ? { [pgbackrestFiles(own).caCertificate]: 'ca' } : {};
  const { host } = fakeHost(files, (_, stdin) => {
    const methods = stdin.includes('insecure') ? ['LOOK'] : requestsIn(stdin);
    const said = methods.map((method) => ({ method, ...answers[method] }));
    const end = said.findIndex(({ status = 200, curl = 0 }) => status >= 400 || curl !== 0);
    const made = end === -1 ? said : said.slice(0, end + 1);
    asked.push(...made.map(({ method }) => method));
    const now = answers['LOOK']?.status === 418 ? 1_000_007_200 : 1_000_000_000;
    return [made.at(-1)!.curl ?? 0, now, '', ...made.map(textOf), ''].join('\n');
  });
  return { host, asked };
}

test('a bucket that can be listed, written to and cleaned up is fine', async () => {
  const { host, asked } = hostWhere({});
  expect((await run(verifyBucket(own, own.backup!), host)).status).toBe('in place');
  expect(asked).toEqual(['GET', 'PUT', 'DELETE']);
});

test('a host that is not set up yet is asked nothing', async () => {
  const { host, asked } = hostWhere({ GET: { curl: 7 } }, false);
  expect((await plan(verifyBucket(own, own.backup!), host)).status).toBe('in place');
  expect(asked).toEqual([]);
});

test.each([
  [{ GET: { curl: 7 } }, 3, 'connection refused'],
  [{ GET: { status: 403, error: 'SignatureDoesNotMatch' } }, 4, 'the key is wrong'],
  [{ PUT: { status: 403, error: 'AccessDenied' } }, 4, 'but not write to it'],
  [{ DELETE: { status: 403, error: 'AccessDenied' } }, 4, 'but not delete'],
  [{ GET: { status: 503 } }, 5, 'it answers 503'],
  [{ GET: { curl: 60, verify: 20 } }, 3, 'from a CA that this host does not trust'],
  [{ GET: { curl: 60, verify: 10 }, LOOK: { status: 418 } }, 4, "the store's is 2 h behind this host's"],
] as const)('%o is named, with where from and where to', async (answers, exitCode, problem) => {
  const { host } = hostWhere(answers);
  await expect(run(verifyBucket(foreign, foreign.backup!), host)).rejects.toMatchObject({
    exitCode,
    message: expect.stringMatching(new RegExp(`^pg1 → s3.example.org:443: .*${problem}`)),
  });
});

test('a dry run says what does not work yet in a store of its own; a run insists', async () => {
  const { host } = hostWhere({ GET: { status: 404, error: 'NoSuchBucket' } });
  const step = verifyBucket(own, own.backup!);
  expect((await plan(step, host)).changes).toEqual([
    'see pg1 → 10.0.0.10:9000 work (now: there is no such bucket)',
  ]);
  await expect(run(step, host)).rejects.toMatchObject({ exitCode: 4 });
});
