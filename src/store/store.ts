// Where an object store of dbctl's own has its files on the control host, and what its key may do.

import type { Bucket, Repository, StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';

/** The account that stores run as; each cluster has a directory of its own. */
export const storeUser = 'dbctl-store';

/** A store of each kind may run at the same time: while backups move from one to the other. */
export function storeFiles({ name }: Pick<Cluster, 'name'>, kind: StoreRepository['kind']) {
  const directory = `/etc/dbctl/${name}/_${kind}`;
  const stateDirectory = `/var/lib/dbctl-store/${name}`;
  return {
    /** Programs look for public.crt and private.key here. */
    certificateDirectory: `${directory}/certs`,
    certificate: `${directory}/certs/public.crt`,
    key: `${directory}/certs/private.key`,
    caCertificate: `${directory}/ca.crt`,
    rootUser: `${directory}/root-user`,
    rootPassword: `${directory}/root-password`,
    /** Settings that versitygw takes from its environment only. */
    environment: `${directory}/environment`,
    firewall: `${directory}/firewall.nft`,
    unit: `dbctl-store-${kind}-${name}.service`,
    firewallUnit: `dbctl-store-${kind}-${name}-firewall.service`,
    /** Name of the table in nftables, family inet. */
    firewallTable: `dbctl_${name}_${kind}`,
    /** The directories that systemd makes for the store's account. */
    stateDirectory,
    /** The objects. Each program keeps them in a way of its own. */
    data: `${stateDirectory}/${kind}`,
    /** versitygw's users. */
    iamDirectory: `${stateDirectory}/${kind}-users`,
  };
}

/** Everything of dbctl's in a bucket is below this. */
export const repositoryPrefix = 'pgbackrest/';

/** What a key needs for pgBackRest (its user guide, "S3-Compatible Object Store Support"), in one bucket. */
export const bucketStatements = ({ bucket }: Pick<Bucket, 'bucket'>) => [
  { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${bucket}`] },
  {
    Effect: 'Allow',
    Action: [
      's3:AbortMultipartUpload',
      's3:DeleteObject',
      's3:GetObject',
      's3:GetObjectVersion',
      's3:PutObject',
      's3:PutObjectTagging',
    ],
    Resource: [`arn:aws:s3:::${bucket}/${repositoryPrefix}*`],
  },
];

/**
 * MinIO takes objects in this form from anybody who knows the id of a key, without looking at the signature
 * (CVE-2026-40344, CVE-2026-41145). pgBackRest never sends it, so its key is denied it.
 */
export const unsignedUploads = ({ bucket }: Pick<Bucket, 'bucket'>) => ({
  Effect: 'Deny',
  Action: ['s3:PutObject'],
  Resource: [`arn:aws:s3:::${bucket}/*`],
  Condition: {
    StringEquals: { 's3:x-amz-content-sha256': ['STREAMING-UNSIGNED-PAYLOAD-TRAILER'] },
  },
});

/** Where a store answers whether it is healthy, without a key. */
export const healthPath: Readonly<Record<StoreRepository['kind'], string>> = {
  minio: '/minio/health/cluster',
  versitygw: '/dbctl-health',
};

/** What a user should know about a repository before relying on it; undefined when there is nothing to say. */
export const storeWarning = ({ kind }: Repository): string | undefined =>
  kind === 'minio'
    ? "MinIO is no longer maintained, and a hole in it stays open (CVE-2026-40344): whoever knows the id of a key can write objects without its secret. dbctl denies pgBackRest's key that form of upload, and lets only the hosts of the cluster reach the store; the administrator's id (MINIO_ROOT_USER) must stay unknown. BACKUP_REPOSITORY=versitygw is the maintained store."
    : undefined;
