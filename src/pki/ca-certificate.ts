// The CA certificate beside .env.cluster: what probe and applications verify names with.

import { X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import type { Cluster } from '../model/cluster.ts';
import { ConfigError } from '../model/errors.ts';

/** Its text; undefined when it was never written. Throws ConfigError when it cannot be read. */
export function readCaCertificate(cluster: Cluster): string | undefined {
  try {
    return readFileSync(cluster.caCertificateFile, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError({
      what: `${cluster.caCertificateFile} cannot be read`,
      why: String(cause),
      next: ['set CLUSTER_CA_CERT to a file that can be read'],
      cause,
    });
  }
}

/** Writes it for everybody to read, whatever the umask: applications run under accounts of their own. */
export function writeCaCertificate(cluster: Cluster, text: string): void {
  writeFileSync(cluster.caCertificateFile, text);
  chmodSync(cluster.caCertificateFile, 0o644);
}

/** The text of a certificate file that .env.cluster names. Throws ConfigError when it cannot be read or is none. */
export function readCertificateFile(file: string): string {
  try {
    return new X509Certificate(readFileSync(file)).toString();
  } catch (cause) {
    throw new ConfigError({ what: `${file} is not a readable certificate`, why: String(cause), cause });
  }
}
