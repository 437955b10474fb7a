import { bucketOf, repositoriesOf, type Backup } from '../model/backup.ts';
import type { Cluster, Machine } from '../model/cluster.ts';
import { clientCredentialOf, serverCredentialOf } from './credentials.ts';
import { pgbackrestFiles } from './pgbackrest.ts';
import type { Step } from '../engine/step.ts';
import { readCertificateFile } from '../pki/ca-certificate.ts';
import type { ReadableHost } from '../host/host.ts';
import { ensureCredential } from '../pki/credential-step.ts';
import { ownFile } from '../system/own-file.ts';

/** Keeps what a machine's TLS server shows to those who connect to it. */
export const ensureServerCredential = (cluster: Cluster, machine: Machine, control: ReadableHost): Step =>
  ensureCredential(cluster, serverCredentialOf(cluster, machine), control);

/** Keeps what a machine shows to the TLS servers of others, which know it by this name. */
export const ensureClientCredential = (cluster: Cluster, machine: Machine, control: ReadableHost): Step =>
  ensureCredential(cluster, clientCredentialOf(cluster, machine), control);

/** The CAs of foreign S3 endpoints, where .env.cluster names them. */
export function ensureStoreAuthorities(cluster: Cluster, backup: Backup): readonly Step[] {
  const { storeCaCertificate, formerStoreCaCertificate } = pgbackrestFiles(cluster);
  return repositoriesOf(backup).flatMap((target, index) => {
    const bucket = bucketOf(target);
    if (bucket?.kind !== 's3' || bucket.caCertificateFile === undefined) return [];
    return ownFile("Install the CA of the store's certificate", {
      path: index === 0 ? storeCaCertificate : formerStoreCaCertificate,
      content: readCertificateFile(bucket.caCertificateFile),
    });
  });
}
