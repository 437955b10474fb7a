import { randomUUID } from 'node:crypto';
import type { Cluster } from '../cluster/cluster.ts';
import type { Authority } from '../certificates/credential.ts';
import { isPair } from '../certificates/problems.ts';
import { RefusedError } from '../errors.ts';
import type { Step } from '../engine/step.ts';
import type { ReadableHost } from '../remote/host.ts';
import { readCaCertificate, writeCaCertificate } from '../config/ca-certificate.ts';
import { shownPath } from '../config/shown-path.ts';
import { Secret } from '../secret.ts';
import { takePlace } from '../shell/take-place.ts';

const directory = (cluster: Cluster): string => `/etc/dbctl/pki/${cluster.name}`;
const keyFile = (cluster: Cluster): string => `${directory(cluster)}/ca.key`;
const certificateFile = (cluster: Cluster): string => `${directory(cluster)}/ca.crt`;

/** Makes the cluster's CA once, on the control host, where its key stays. */
export const keepAuthority = (cluster: Cluster): Step => ({
  title: 'Keep the certificate authority',

  async diff(host) {
    const found = await readAuthority(cluster, host);
    if (found !== undefined && isPair(found)) return [];
    refuseSecondAuthority(cluster, host.name);
    return [`make the certificate authority of ${cluster.name} in ${directory(cluster)}`];
  },

  async apply(host) {
    const { createAuthority } = await import('../certificates/issue.ts');
    const authority = await createAuthority(cluster.name);
    // Both files at once: two runs at the same time would otherwise leave the key of one and the certificate of the other.
    const place = directory(cluster);
    const aside = `${place}.dbctl-${randomUUID()}`;
    await host.writeFile(`${aside}/ca.crt`, authority.certificate, { owner: 'root:root', mode: 0o644 });
    await host.writeFile(`${aside}/ca.key`, authority.key, { owner: 'root:root', mode: 0o600 });
    const found = await readAuthority(cluster, host);
    const replace = found !== undefined && !isPair(found);
    await host.run(takePlace(aside, place, { file: 'ca.key', replace }));
  },
});

/** A certificate without its key means that clients trust a CA that is somewhere else. */
function refuseSecondAuthority(cluster: Cluster, host: string): void {
  if (readCaCertificate(cluster) === undefined) return;
  throw new RefusedError({
    what: `the key of the cluster's certificate authority is not on ${host}`,
    why: `${cluster.caCertificateFile} exists, so an authority was made before; clients that trust it would not trust a new one.`,
    next: [
      'name the host that has /etc/dbctl/pki in CLUSTER_CONTROL_HOST',
      `or start over: rm ${cluster.caCertificateFile}`,
    ],
  });
}

/** The authority as the control host has it; undefined before it was made. */
export async function readAuthority(cluster: Cluster, control: ReadableHost): Promise<Authority | undefined> {
  const [key, certificate] = await Promise.all([
    control.readFile(keyFile(cluster)),
    control.readFile(certificateFile(cluster)),
  ]);
  if (!key || !certificate) return undefined;
  return { certificate: certificate.content, key: new Secret(key.content) };
}

/** Keeps a copy of the CA's certificate beside .env.cluster, for everybody who connects. */
export const copyAuthority = (cluster: Cluster, control: ReadableHost): Step => ({
  title: "Copy the CA's certificate here",

  async diff() {
    const authority = await readAuthority(cluster, control);
    const here = readCaCertificate(cluster);
    return here !== undefined && here === authority?.certificate
      ? []
      : [`write ${shownPath(cluster.caCertificateFile)}`];
  },

  async apply() {
    const authority = await readAuthority(cluster, control);
    if (authority) writeCaCertificate(cluster, authority.certificate);
  },
});
