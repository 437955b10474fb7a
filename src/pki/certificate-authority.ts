import { randomUUID } from 'node:crypto';
import type { Cluster } from '../model/cluster.ts';
import { type Authority, isPair } from './inspect.ts';
import { RefusedError } from '../model/errors.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { readCaCertificate, writeCaCertificate } from './ca-certificate.ts';
import { shownPath } from '../config/shown-path.ts';
import { takePlace } from './credential-step.ts';
import { authorityFiles, bundleOf, readAuthority } from './read-authority.ts';

/** Makes the cluster's CA once, on the control host, where its key stays. */
export function ensureAuthority(cluster: Cluster): Step {
  const { directory } = authorityFiles(cluster);
  const what = change('authority.make', `make the certificate authority of ${cluster.name} in ${directory}`);
  return ensure('Create the certificate authority', what, {
    async isRight(host) {
      const found = await readAuthority(cluster, host);
      if (found !== undefined && isPair(found)) return true;
      refuseSecondAuthority(cluster, host.name);
      return false;
    },
    async apply(host) {
      const { createAuthority } = await import('./issue.ts');
      await placeAuthority(host, await createAuthority(cluster.name), directory, async () => {
        const found = await readAuthority(cluster, host);
        return found !== undefined && !isPair(found);
      });
    },
  });
}

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
      `if that key is lost for good, make a new CA: rm ${cluster.caCertificateFile}, then: dbctl up`,
      'the data stays as it is, and every client must be given the new certificate',
    ],
  });
}

/**
 * Keeps a copy of the CA's certificate beside .env.cluster, for everybody who connects; of both while a new CA takes
 * over. `authorities`: how many there will be, when a plan changes that number before this step.
 */
export function copyAuthority(
  cluster: Cluster,
  control: ReadableHost,
  { authorities }: { readonly authorities?: number | undefined } = {},
): Step {
  const file = shownPath(cluster.caCertificateFile);
  return ensure("Copy the CA's certificate here", change('file.write', `write ${file}`, file), {
    async isRight() {
      const authority = await readAuthority(cluster, control);
      const isComplete = authorities === undefined || authorities === authority?.trusted.length;
      return isComplete && authority !== undefined && readCaCertificate(cluster) === bundleOf(authority);
    },
    async apply() {
      const authority = await readAuthority(cluster, control);
      if (authority) writeCaCertificate(cluster, bundleOf(authority));
    },
  });
}
