import { expect, test } from 'vitest';
import type { StoreAnswer } from '../../../src/store/s3-query.ts';
import { storeProblem } from '../../../src/store/store-link.ts';
import { bucketStatements, storeWarning } from '../../../src/store/store.ts';
import { goArchitectureOf, installedProgram } from '../../../src/store/prepare-store-program.ts';

const fine: StoreAnswer = {
  curlCode: 0,
  curlSays: '',
  verifyResult: 0,
  status: 200,
  errorCode: undefined,
  clockAheadSeconds: 1,
  certificate: undefined,
  body: Buffer.of(),
};
const noAnswer = { status: 0, clockAheadSeconds: undefined };
const refused = (errorCode: string | undefined, status = 403) => ({ errorCode, status });

test('an answer as wanted is no problem, also with clocks four minutes apart', () => {
  expect(storeProblem(fine, 'list')).toBeUndefined();
  expect(storeProblem({ ...fine, status: 204, clockAheadSeconds: -240 }, 'delete')).toBeUndefined();
});

test.each<[Partial<StoreAnswer>, string, RegExp]>([
  [{ ...noAnswer, curlCode: 127 }, 'program', /curl is not installed/],
  [{ clockAheadSeconds: 3600 }, 'clock', /store's is 60 min ahead of this host's/],
  [{ clockAheadSeconds: -301, ...refused('RequestTimeTooSkewed') }, 'clock', /5 min behind/],
  [{ ...noAnswer, errorCode: 'RequestTimeTooSkewed' }, 'clock', /too far off/],
  [{ ...noAnswer, curlCode: 6 }, 'name', /not found/],
  [{ ...noAnswer, curlCode: 7 }, 'connection', /firewall does not allow this host/],
  [{ ...noAnswer, curlCode: 28 }, 'connection', /no answer in time/],
  [{ ...noAnswer, curlCode: 60, verifyResult: 10 }, 'certificate', /has ended/],
  [{ ...noAnswer, curlCode: 60, verifyResult: 9 }, 'certificate', /not valid yet/],
  [{ ...noAnswer, curlCode: 60, verifyResult: 20 }, 'certificate', /CA that this host does not trust/],
  [{ ...noAnswer, curlCode: 60, verifyResult: 1 }, 'certificate', /other names/],
  [{ ...noAnswer, curlCode: 51, verifyResult: 0 }, 'certificate', /other names/],
  [{ ...noAnswer, curlCode: 60, verifyResult: 23 }, 'certificate', /X509 error 23/],
  [{ ...noAnswer, curlCode: 77 }, 'certificate', /cannot be read/],
  [{ ...noAnswer, curlCode: 35 }, 'connection', /it does not offer TLS/],
  [{ ...noAnswer, curlCode: 52, curlSays: 'curl: (52) Empty' }, 'connection', /52\): curl: \(52\) Empty/],
  [refused('InvalidAccessKeyId'), 'key', /MINIO_ACCESS_KEY/],
  [refused('SignatureDoesNotMatch'), 'key', /MINIO_SECRET_KEY/],
  [refused('AuthorizationHeaderMalformed', 400), 'key', /another region/],
  [refused(undefined, 301), 'key', /another region/],
  [refused('NoSuchBucket', 404), 'bucket', /no such bucket$/],
  [refused('AccessDenied'), 'bucket', /no such bucket, or/],
  [refused('XMinioStorageFull', 507), 'store', /full/],
  [refused('SlowDown', 503), 'store', /answers 503 SlowDown/],
  [refused(undefined, 500), 'store', /answers 500$/],
])('%o is a problem of the %s', (answer, link, what) => {
  const problem = storeProblem({ ...fine, ...answer }, 'list');
  expect(problem).toMatchObject({ link, what: expect.stringMatching(what) });
  expect(problem?.next).not.toBe('');
});

test.each([
  ['write', /may read the bucket, but not write/],
  ['delete', /but not delete/],
] as const)('a key that may not %s is named', (deed, what) => {
  expect(storeProblem({ ...fine, ...refused('AccessDenied') }, deed)?.what).toMatch(what);
});

test('MinIO alone comes with a warning', () => {
  const kinds = ['minio', 'versitygw', 's3', 'posix'] as const;
  const warned = kinds.filter((kind) => storeWarning({ kind } as never) !== undefined);
  expect(warned).toEqual(['minio']);
});

test('a key may touch one part of one bucket', () => {
  expect(bucketStatements({ bucket: 'shop' }).flatMap(({ Resource }) => Resource)).toEqual([
    'arn:aws:s3:::shop',
    'arn:aws:s3:::shop/pgbackrest/*',
  ]);
});

test('programs are told apart by kind and version, and built for the machine they run on', () => {
  expect(installedProgram('minio', '1.2')).toBe('/usr/local/lib/dbctl/minio-1.2');
  expect([goArchitectureOf('x86_64'), goArchitectureOf('aarch64'), goArchitectureOf('vax')]).toEqual([
    'amd64',
    'arm64',
    undefined,
  ]);
});
