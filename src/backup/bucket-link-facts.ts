// The way from one host to the bucket, tried as pgBackRest will use it.

import { counted } from '../model/units.ts';
import { randomUUID } from 'node:crypto';
import { type Certificate, daysLeftOf, namesIn, parseCertificate } from '../pki/inspect.ts';
import { hostAndPort } from '../model/address.ts';
import {
  bucketOf,
  type Backup,
  type Bucket,
  type S3Repository,
  type StoreRepository,
} from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { pgbackrestFiles } from './pgbackrest.ts';
import { repositoryPrefix } from '../store/store.ts';
import { storeProblem, type StoreProblem } from '../store/store-link.ts';
import type { ReadableHost } from '../host/host.ts';
import { askStore, askStoreInTurn, type StoreAccess, type StoreRequest } from '../store/s3-query.ts';

export interface BucketProblem extends StoreProblem {
  /** "pg2 → 10.0.0.10:9000" */
  readonly from: string;
}

/**
 * Tries each link from this host to the bucket: name, connection, certificate, clock, key, bucket, and that the key may
 * list, write and delete. Leaves nothing behind. Undefined: all is well, or there is no bucket.
 */
export async function findBucketProblem(
  cluster: Cluster,
  backup: Backup,
  host: ReadableHost,
): Promise<BucketProblem | undefined> {
  const bucket = bucketOf(backup);
  if (bucket === undefined) return undefined;
  const access = accessTo(cluster, bucket);
  const requests = requestsFor(bucket);
  const answers = await host.ask(askStoreInTurn(requests.map(([, request]) => [access, request])));
  const problem = answers.map((answer, index) => storeProblem(answer, requests[index]![0])).find(Boolean);
  if (problem === undefined) return undefined;
  const detail = problem.link === 'certificate' ? await lookCloser(access, problem, host) : problem;
  return { ...detail, from: `${host.name} → ${hostAndPort(access.place)}` };
}

/** The CA file that the store's certificate is judged by; undefined: the CAs that the host trusts anyway. */
export function storeCaFile(cluster: Cluster, bucket: S3Repository | StoreRepository): string | undefined {
  const files = pgbackrestFiles(cluster);
  if (bucket.kind !== 's3') return files.caCertificate;
  return bucket.caCertificateFile === undefined ? undefined : files.storeCaCertificate;
}

const accessTo = (cluster: Cluster, bucket: S3Repository | StoreRepository): StoreAccess => ({
  place: bucket.uriStyle === 'host' ? { ...bucket, host: `${bucket.bucket}.${bucket.host}` } : bucket,
  key: { id: bucket.accessKey, secret: bucket.secretKey },
  caFile: storeCaFile(cluster, bucket),
});

function requestsFor({ bucket, uriStyle }: Bucket) {
  const base = uriStyle === 'host' ? '' : `/${bucket}`;
  const object = `${base}/${repositoryPrefix}.dbctl-check-${randomUUID()}`;
  const list = `${base === '' ? '/' : base}?list-type=2&max-keys=1&prefix=${encodeURIComponent(repositoryPrefix)}`;
  return [
    ['list', { method: 'GET', path: list }],
    ['write', { method: 'PUT', path: object, body: 'written by dbctl to see whether it can be\n' }],
    ['delete', { method: 'DELETE', path: object }],
  ] as const satisfies readonly (readonly ['list' | 'write' | 'delete', StoreRequest])[];
}

/** A certificate that seems wrong may be a clock that is; and one that is wrong can be shown. */
async function lookCloser(
  { place }: StoreAccess,
  problem: StoreProblem,
  host: ReadableHost,
): Promise<StoreProblem> {
  const unsafely: StoreAccess = { place, key: undefined, caFile: undefined, isTrusting: true };
  const answer = await host.ask(askStore(unsafely, { method: 'GET', path: '/' }));
  const clock = storeProblem({ ...answer, status: 200, errorCode: undefined }, 'list');
  if (clock?.link === 'clock') return clock;
  const certificate = answer.certificate === undefined ? undefined : parseCertificate(answer.certificate);
  if (certificate === undefined || problem.proof === undefined) return problem;
  return { ...problem, what: `${problem.what} (${proofs[problem.proof](certificate)})` };
}

const proofs: Readonly<Record<NonNullable<StoreProblem['proof']>, (certificate: Certificate) => string>> = {
  dates: (certificate) => {
    const { validFrom, validTo } = certificate;
    const days = daysLeftOf(certificate);
    return days < 0 ? `on ${validTo}, ${formatDays(-days - 1)} ago` : `from ${validFrom} to ${validTo}`;
  },
  issuer: ({ issuer }) => `it is from ${issuer.replaceAll('\n', ', ')}`,
  names: (certificate) => `it is for ${namesIn(certificate).join(', ') || 'no name'}`,
};

const formatDays = (days: number): string => (days === 0 ? 'less than a day' : counted(days, 'day'));
