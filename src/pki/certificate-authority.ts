import { randomUUID } from 'node:crypto';
import type { Cluster } from '../model/cluster.ts';
import type { Authority } from './credential.ts';
import { isPair } from './problems.ts';
import { RefusedError } from '../model/errors.ts';
import { change, type Step } from '../engine/step.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { readCaCertificate, writeCaCertificate } from './ca-certificate.ts';
import { shownPath } from '../config/shown-path.ts';
import { takePlace } from './replace-pair.ts';
import { authorityFiles, bundleOf, readAuthority } from './read-authority.ts';

/** Makes the cluster's CA once, on the control host, where its key stays. */
export const ensureAuthority = (cluster: Cluster): Step => ({
  title: 'Create the certificate authority',

  async diff(host) {
    const found = await readAuthority(cluster, host);
    if (found !== undefined && isPair(found)) return [];
    refuseSecondAuthority(cluster, host.name);
    return [
      change(
        'authority.make',
        `make the certificate authority of ${cluster.name} in ${authorityFiles(cluster).directory}`,
      ),
    ];
  },

  async apply(host) {
    const { createAuthority } = await import('./issue.ts');
    const authority = await createAuthority(cluster.name);
    await placeAuthority(host, authority, authorityFiles(cluster).directory, async () => {
      const found = await readAuthority(cluster, host);
      return found !== undefined && !isPair(found);
    });
  },
});

/** Both files at once: two runs at the same time would otherwise leave the key of one and the certificate of the other. */
export async function placeAuthority(
  host: Host,
  authority: Authority,
  place: string,
  mustReplace: () => Promise<boolean>,
): Promise<void> {
  const aside = `${place}.dbctl-${randomUUID()}`;
  await host.writeFile(`${aside}/ca.crt`, authority.certificate, { owner: 'root:root', mode: 0o644 });
  await host.writeFile(`${aside}/ca.key`, authority.key, { owner: 'root:root', mode: 0o600 });
  await host.run(takePlace(aside, place, { file: 'ca.key', replace: await mustReplace() }));
}

/** A certificate without its key means that clients trust a CA that is somewhere else. */
function refuseSecondAuthority(cluster: Cluster, host: string): void {
  if (readCaCertificate(cluster) === undefined) return;
  throw new RefusedError({
    what: `the key of the cluster's CA is not on ${host}`,
    why: `${cluster.caCertificateFile} exists, so an authority was made before; clients that trust it would not trust a new one.`,
    next: [
      'set CLUSTER_CONTROL_HOST to the host that has /etc/dbctl/pki',
      `or start over: rm ${cluster.caCertificateFile}`,
    ],
  });
}

/**
 * Keeps a copy of the CA's certificate beside .env.cluster, for everybody who connects; of both while a new CA takes
 * over. `authorities`: how many there will be, when a plan changes that number before this step.
 */
export const copyAuthority = (
  cluster: Cluster,
  control: ReadableHost,
  { authorities }: { readonly authorities?: number } = {},
): Step => ({
  title: "Copy the CA's certificate here",

  async diff() {
    const authority = await readAuthority(cluster, control);
    const here = readCaCertificate(cluster);
    const isSame = authority !== undefined && here === bundleOf(authority);
    const isComplete = authorities === undefined || authorities === authority?.trusted.length;
    return isSame && isComplete
      ? []
      : [
          change(
            'file.write',
            `write ${shownPath(cluster.caCertificateFile)}`,
            shownPath(cluster.caCertificateFile),
          ),
        ];
  },

  async apply() {
    const authority = await readAuthority(cluster, control);
    if (authority) writeCaCertificate(cluster, bundleOf(authority));
  },
});
