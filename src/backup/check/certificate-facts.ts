import { parseCertificate } from '../../pki/inspect.ts';
import type { CertificateFacts } from './backup-facts.ts';
import type { Cluster, Machine } from '../../model/cluster.ts';
import type { ReadableHost } from '../../host/host.ts';
import { serverCredentials } from '../../server/credentials.ts';
import { storeCredentials } from '../../store/credentials.ts';
import { backupCredentials } from '../credentials.ts';
import { authorityFiles } from '../../pki/read-authority.ts';

interface Kept {
  readonly what: string;
  readonly file: string;
}

/** Every certificate that this machine keeps, as files. */
function certificateFiles(cluster: Cluster, machine: Machine): readonly Kept[] {
  const own = [serverCredentials, backupCredentials, storeCredentials]
    .flatMap((credentials) => credentials(cluster))
    .filter((one) => one.machine.name === machine.name)
    .map(({ what, place }) => ({ what, file: place.certificate }));
  const authority = { what: 'CA', file: authorityFiles(cluster).certificate };
  return machine.name === cluster.control.name ? [...own, authority] : own;
}

/** When they end. What is not there, or is none, ends nowhere: others see that. */
export async function readCertificateFacts(
  cluster: Cluster,
  machine: Machine,
  host: ReadableHost,
): Promise<readonly CertificateFacts[]> {
  const seen = await Promise.all(
    certificateFiles(cluster, machine).map(async ({ what, file }) => {
      const certificate = parseCertificate((await host.readFile(file))?.content ?? '');
      return certificate && { host: host.name, what, endsAt: Date.parse(certificate.validTo) / 1000 };
    }),
  );
  return seen.flatMap((one) => one ?? []);
}
