import type { Cluster } from '../model/cluster.ts';
import { type Authority, type Credential, type Purpose, certificateProblems } from './inspect.ts';
import { RefusedError } from '../model/errors.ts';
import { change, ensure, type Change, type Step } from '../engine/step.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { Secret } from '../model/secret.ts';
import { authorityFrom, bundleOf, type AuthoritySource } from './read-authority.ts';
import { action, type Action } from '../host/command.ts';
import { script, sh } from '../host/script.ts';

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

/**
 * Keeps a certificate: signed by the cluster's CA, for its names, never about to end, and not made before `since`
 * (milliseconds since 1970).
 */
export function ensureCredential(
  cluster: Cluster,
  place: CredentialPlace,
  source: AuthoritySource,
  { since }: { readonly since?: number | undefined } = {},
): Step {
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
    if (!certificate || !key)
      return [change('certificate.make', `make a certificate for ${names.join(', ')}`, place.certificate)];
    const signer = (await authority)?.certificate ?? '';
    const found = { certificate: certificate.content, key: new Secret(key.content) };
    const problems = certificateProblems(found, { authority: signer, names, since });
    const isOpen = key.owner !== keyAttributes.owner || key.mode !== keyAttributes.mode;
    return [...problems, ...(isOpen ? ['its key was open to others'] : [])].map((problem) =>
      change('certificate.replace', `replace the certificate: ${problem}`, place.certificate),
    );
  }

  return {
    title: place.title,

    async diff(host) {
      const reading = authorityFrom(cluster, source);
      const [authority, trusted, changes] = await Promise.all([
        reading,
        host.readFile(place.authority),
        certificateChanges(host, reading),
      ]);
      const stale =
        trusted === undefined || authority === undefined || trusted.content !== bundleOf(authority);
      return [...(stale ? [writeTrusted(place)] : []), ...changes];
    },

    async apply(host) {
      const authority = await authorityFrom(cluster, source);
      if (!authority) throw noAuthority(cluster);
      const trusted = bundleOf(authority);
      // A file that is as it should be stays untouched: servers read it anew when it is newer than they are.
      if ((await host.readFile(place.authority))?.content !== trusted) {
        await host.writeFile(place.authority, trusted, readableByAll);
      }
      if ((await certificateChanges(host, Promise.resolve(authority))).length === 0) return;
      const { issueCertificate } = await import('./issue.ts');
      const credential = await issueCertificate(authority, names, purpose);
      await replaceCredential(host, place, credential);
    },
  };
}

const readableByAll = { owner: 'root:root', mode: 0o644 } as const;

const besideOf = (path: string): string => `${path}.dbctl-new`;

/** Who starts or connects at any moment, even after this run was cut off, finds a key with its own certificate. */
async function replaceCredential(
  host: Host,
  { key, certificate, owner }: CredentialPlace,
  credential: Credential,
): Promise<void> {
  await host.writeFile(besideOf(key), credential.key, { owner, mode: 0o600 });
  await host.writeFile(besideOf(certificate), credential.certificate, { owner, mode: 0o644 });
  await host.run(
    replacePair({ from: besideOf(key), to: key }, { from: besideOf(certificate), to: certificate }),
  );
}

/**
 * Keeps the file of trusted CAs alone. `authorities`: how many there will be in it, when a plan changes that number
 * before this step.
 */
export const ensureTrust = (
  cluster: Cluster,
  place: Pick<CredentialPlace, 'authority'>,
  source: AuthoritySource,
  { authorities }: { readonly authorities: number },
): Step =>
  ensure('Install the trusted certificate authorities', writeTrusted(place), {
    async isRight(host) {
      const [authority, found] = await Promise.all([
        authorityFrom(cluster, source),
        host.readFile(place.authority),
      ]);
      return authority?.trusted.length === authorities && found?.content === bundleOf(authority);
    },
    async apply(host) {
      const authority = await authorityFrom(cluster, source);
      if (!authority) throw noAuthority(cluster);
      await host.writeFile(place.authority, bundleOf(authority), readableByAll);
    },
  });

const writeTrusted = ({ authority }: Pick<CredentialPlace, 'authority'>): Change =>
  change('file.write', `write ${authority}`, authority);

export const noAuthority = ({ name, control }: Cluster): RefusedError =>
  new RefusedError({
    what: `${control.name} has no certificate authority for ${name}`,
    next: ['set up the primary first: dbctl init-primary'],
  });

export const replacePairScript = 'mv -T -- "$1" "$2" && mv -T -- "$3" "$4"';

interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Gives two files that were written aside their places, one right after the other, also when the connection is lost: a
 * key and its certificate are of no use beside another's.
 */
export const replacePair = (first: Move, second: Move): Action =>
  action(sh(replacePairScript, first.from, first.to, second.from, second.to));

/**
 * Gives a directory that was made aside (PLACE.dbctl-UNIQUE) its place, in one move. When two do so at the same time the
 * first stays: a place that holds `file` is only replaced when that was asked for.
 */
export const takePlace = (
  aside: string,
  place: string,
  { file, replace }: { readonly file: string; readonly replace: boolean },
): Action => action(script('pki/take-place.sh', aside, place, file, replace ? 'yes' : 'no'));
