// What is wrong between a host and an object store, from what one request came to.

import { formatSeconds } from '../model/units.ts';
import type { StoreAnswer } from './s3-query.ts';

/** What was asked of the bucket. */
export type BucketAction = 'list' | 'write' | 'delete';

export interface StoreProblem {
  readonly link: 'program' | 'name' | 'connection' | 'certificate' | 'clock' | 'key' | 'bucket' | 'store';
  /** Completes "pg2 → 10.0.0.10:9000: …". */
  readonly what: string;
  readonly next: string;
  /** What to look at in the certificate that it shows. */
  readonly proof?: 'dates' | 'issuer' | 'names' | undefined;
}

interface Row extends Omit<StoreProblem, 'what'> {
  readonly when: (answer: StoreAnswer, deed: BucketAction) => boolean;
  readonly what: (answer: StoreAnswer) => string;
}

/** Signatures are refused above 15 minutes; backups should hear of it long before. */
const clockLimitSeconds = 300;

// OpenSSL's X509_V_ERR_…
const notYetValid = 9;
const hasExpired = 10;
const unknownAuthority: ReadonlySet<number> = new Set([2, 18, 19, 20, 21]);
/** 0 and 1: the chain is fine, or was not judged any more, because curl compares the names itself. */
const wrongName: ReadonlySet<number> = new Set([0, 1, 62, 64]);

/** curl's exit codes for a certificate that is not taken: older versions have one of their own for the name. */
const isUntrusted = ({ curlCode }: StoreAnswer): boolean => curlCode === 60 || curlCode === 51;

const seeCertificates = 'see every certificate: dbctl certs status';
const seeKeys =
  'compare MINIO_ACCESS_KEY and MINIO_SECRET_KEY with the store; for a store of dbctl: dbctl backup setup';

/** The first row that fits names the problem: what comes first hides what comes after. */
const table: readonly Row[] = [
  {
    link: 'program',
    when: ({ curlCode }) => curlCode === 127,
    what: () => 'curl is not installed on this host',
    next: 'install it there: apt-get install curl',
  },
  {
    link: 'clock', // Before certificates and keys: both seem wrong when the clock is.
    when: ({ clockAheadSeconds: ahead, errorCode }) =>
      errorCode === 'RequestTimeTooSkewed' || Math.abs(ahead ?? 0) > clockLimitSeconds,
    what: ({ clockAheadSeconds: ahead }) =>
      `the clocks differ: the store's is ${ahead === undefined ? 'too far off' : `${formatOffset(ahead)} this host's`}`,
    next: 'set both by NTP, and see: timedatectl',
  },
  {
    link: 'name',
    when: ({ curlCode }) => curlCode === 6,
    what: () => 'its name is not found',
    next: 'correct MINIO_ENDPOINT, or add the name to /etc/hosts of this host',
  },
  {
    link: 'connection',
    when: ({ curlCode }) => curlCode === 7,
    what: () => 'connection refused: the store is down, or its firewall does not allow this host',
    next: "see on the store's host: systemctl status 'dbctl-store-*'; nft list ruleset",
  },
  {
    link: 'connection',
    when: ({ curlCode }) => curlCode === 28,
    what: () => 'no answer in time: the host is down, or a firewall drops the packets',
    next: 'check that the host is up (ping), and the firewalls between',
  },
  {
    link: 'certificate',
    when: (answer) => isUntrusted(answer) && answer.verifyResult === hasExpired,
    proof: 'dates',
    what: () => 'its certificate has ended',
    next: `${seeCertificates}; one of dbctl's is renewed by: dbctl backup setup`,
  },
  {
    link: 'certificate',
    when: (answer) => isUntrusted(answer) && answer.verifyResult === notYetValid,
    proof: 'dates',
    what: () => 'its certificate is not valid yet',
    next: 'set the clocks by NTP, and see: timedatectl',
  },
  {
    link: 'certificate',
    when: (answer) => isUntrusted(answer) && unknownAuthority.has(answer.verifyResult),
    proof: 'issuer',
    what: () => 'its certificate is from a CA that this host does not trust for it',
    next: `${seeCertificates}; the CA of a store that is not dbctl's goes into MINIO_CA_CERT`,
  },
  {
    link: 'certificate',
    when: (answer) => isUntrusted(answer) && wrongName.has(answer.verifyResult),
    proof: 'names',
    what: () => 'its certificate is for other names',
    next: 'use a name of its certificate in MINIO_ENDPOINT, or renew the certificate: dbctl backup setup',
  },
  {
    link: 'certificate',
    when: isUntrusted,
    what: ({ verifyResult }) => `its certificate is not accepted (X509 error ${verifyResult})`,
    next: seeCertificates,
  },
  {
    link: 'certificate',
    when: ({ curlCode }) => curlCode === 77,
    what: () => 'the CA file for its certificate cannot be read on this host',
    next: 'write it again: dbctl backup setup',
  },
  {
    link: 'connection',
    when: ({ curlCode }) => curlCode === 35,
    what: () => 'it does not offer TLS',
    next: "check what listens on that port, on the store's host: ss -ltnp",
  },
  {
    link: 'connection',
    when: ({ curlCode }) => curlCode !== 0,
    what: ({ curlCode, curlSays }) => `the request failed (curl's exit code ${curlCode}): ${curlSays}`,
    next: "read the store's journal, on its host: journalctl -u 'dbctl-store-*'",
  },
  {
    link: 'key',
    when: ({ errorCode }) => errorCode === 'InvalidAccessKeyId',
    what: () => 'the store does not know the id of the key (MINIO_ACCESS_KEY)',
    next: seeKeys,
  },
  {
    link: 'key',
    when: ({ errorCode }) => errorCode === 'SignatureDoesNotMatch',
    what: () => 'the key is wrong (MINIO_SECRET_KEY)',
    next: seeKeys,
  },
  {
    link: 'key',
    when: ({ errorCode, status }) => errorCode === 'AuthorizationHeaderMalformed' || status === 301,
    what: () => 'the store is in another region, or the bucket is elsewhere',
    next: 'correct MINIO_REGION and MINIO_ENDPOINT',
  },
  {
    link: 'bucket',
    when: ({ errorCode }) => errorCode === 'NoSuchBucket',
    what: () => 'there is no such bucket',
    next: 'correct MINIO_BUCKET or make the bucket; in a store of dbctl: dbctl backup setup',
  },
  {
    link: 'bucket', // MinIO does not tell a limited key which of the two it is.
    when: ({ status }, deed) => status === 403 && deed === 'list',
    what: () => 'there is no such bucket, or the key may not list it',
    next: 'correct MINIO_BUCKET, or give the key s3:ListBucket on it; in a store of dbctl: dbctl backup setup',
  },
  {
    link: 'key',
    when: ({ status }, deed) => status === 403 && deed === 'write',
    what: () => 'the key may read the bucket, but not write to it',
    next: 'give the key s3:PutObject on pgbackrest/* in the bucket; in a store of dbctl: dbctl backup setup',
  },
  {
    link: 'key',
    when: ({ status }, deed) => status === 403 && deed === 'delete',
    what: () => 'the key may write to the bucket, but not delete: backups would never expire',
    next: 'give the key s3:DeleteObject on pgbackrest/* in the bucket; in a store of dbctl: dbctl backup setup',
  },
  {
    link: 'store', // 507 and MinIO's own code say that it is full.
    when: ({ status, errorCode }) => status === 507 || errorCode === 'XMinioStorageFull',
    what: () => 'the store is full',
    next: 'free space where it keeps its data, or keep fewer backups (PGBACKREST_RETENTION_FULL)',
  },
  {
    link: 'store',
    when: ({ status }) => status < 200 || status >= 300,
    what: ({ status, errorCode }) => `it answers ${[status, errorCode].filter(Boolean).join(' ')}`,
    next: "read the store's journal, on its host: journalctl -u 'dbctl-store-*'",
  },
];

/** What keeps a request from being answered as wanted; undefined when nothing does. */
export function storeProblem(answer: StoreAnswer, deed: BucketAction): StoreProblem | undefined {
  const row = table.find(({ when }) => when(answer, deed));
  return row && { link: row.link, what: row.what(answer), next: row.next, proof: row.proof };
}

/** "61 min ahead of", "7 h behind". */
const formatOffset = (ahead: number): string =>
  `${formatSeconds(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'}`;
