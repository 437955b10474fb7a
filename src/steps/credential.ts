import type { Cluster } from '../cluster/cluster.ts';
import type { Authority, Purpose } from '../certificates/credential.ts';
import { certificateProblems } from '../certificates/problems.ts';
import { RefusedError } from '../errors.ts';
import type { Change, Step } from '../engine/step.ts';
import type { ReadableHost } from '../remote/host.ts';
import { Secret } from '../secret.ts';
import { readAuthority } from './certificate-authority.ts';

/** A certificate with its key, and the CA that it and its peers are judged by: three files on a host. */
export interface CredentialPlace {
  readonly title: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** DNS names and IP addresses; the first is the common name. */
  readonly names: readonly [string, ...string[]];
  readonly purpose: Purpose;
  /** Who reads the key: "postgres:postgres". */
  readonly owner: string;
}

/** Keeps a certificate: signed by the cluster's CA, for its names, never about to end. */
export function keepCredential(cluster: Cluster, place: CredentialPlace, control: ReadableHost): Step {
  const { names, purpose, owner } = place;
  const keyAttributes = { owner, mode: 0o600 };

  async function certificateChanges(
    host: ReadableHost,
    authority: Promise<Authority | undefined>,
  ): Promise<readonly Change[]> {
    const [certificate, key] = await Promise.all([
      host.readFile(place.certificate),
      host.readFile(place.key),
    ]);
    if (!certificate || !key) return [`make a certificate for ${names.join(', ')}`];
    const trusted = (await authority)?.certificate ?? '';
    const found = { certificate: certificate.content, key: new Secret(key.content) };
    const problems = certificateProblems(found, { authority: trusted, names });
    const isOpen = key.owner !== keyAttributes.owner || key.mode !== keyAttributes.mode;
    return [...problems, ...(isOpen ? ['its key was open to others'] : [])].map(
      (problem) => `replace the certificate: ${problem}`,
    );
  }

  return {
    title: place.title,

    async diff(host) {
      const reading = readAuthority(cluster, control);
      const [authority, trusted, changes] = await Promise.all([
        reading,
        host.readFile(place.authority),
        certificateChanges(host, reading),
      ]);
      const stale = trusted === undefined || trusted.content !== authority?.certificate;
      return [...(stale ? [`write ${place.authority}`] : []), ...changes];
    },

    async apply(host) {
      const authority = await readAuthority(cluster, control);
      if (!authority) throw noAuthority(cluster, control.name);
      await host.writeFile(place.authority, authority.certificate, { owner: 'root:root', mode: 0o644 });
      if ((await certificateChanges(host, Promise.resolve(authority))).length === 0) return;
      const { issueCertificate } = await import('../certificates/issue.ts');
      const credential = await issueCertificate(authority, names, purpose);
      await host.writeFile(place.key, credential.key, keyAttributes);
      await host.writeFile(place.certificate, credential.certificate, { owner, mode: 0o644 });
    },
  };
}

const noAuthority = (cluster: Cluster, host: string): RefusedError =>
  new RefusedError({
    what: `${host} has no certificate authority for ${cluster.name}`,
    next: ['set up the primary first: dbctl init-primary'],
  });
