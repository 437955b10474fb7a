// What a certificate says. Without the library that makes them: that one is slow to import.

import { X509Certificate, createPrivateKey } from 'node:crypto';
import { isIpAddress } from '../model/address.ts';
import type { Secret } from '../model/secret.ts';

export type Certificate = X509Certificate;

const day = 86_400_000;

/** The first certificate of a PEM text; undefined when there is none. */
export function parseCertificate(pem: string): Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** The certificates of a file that holds several, each with a line break at its end. */
export const certificatesOf = (bundle: string): readonly string[] =>
  (bundle.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).map((pem) => `${pem}\n`);

/** Whether the first certificate of a PEM text signed it. */
export function isSignedBy(certificate: Certificate, authority: string): boolean {
  const issuer = parseCertificate(authority);
  return issuer !== undefined && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Whole days until it ends; negative when it has ended. */
export const daysLeftOf = ({ validTo }: Certificate, now = Date.now()): number =>
  Math.floor((Date.parse(validTo) - now) / day);

/** When dbctl made it, milliseconds since 1970. */
export const issuedAt = ({ validFrom }: Certificate): number => Date.parse(validFrom) + backdateMs;

/** "orders CA": its common name; its whole subject when it has none. */
export const nameOf = ({ subject }: Certificate): string => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;

/** The DNS names and IP addresses that it is for, each once. */
export const namesIn = ({ subjectAltName = '' }: Certificate): readonly string[] => [
  ...new Set([...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map((match) => match[1]!)),
];

export const covers = (certificate: Certificate, name: string): boolean =>
  (isIpAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;

/** SHA-256 of a PEM certificate; undefined for none. */
export const fingerprintOf = (pem: string | undefined): string | undefined =>
  pem === undefined ? undefined : parseCertificate(pem)?.fingerprint256;

/** A certificate is replaced when fewer days than this are left. */
export const renewBeforeDays = 30;

interface Wanted {
  /** The CA that signs now. */
  readonly authority: string;
  readonly names: readonly string[];
  /** Milliseconds since 1970: one that was made before is replaced. */
  readonly since?: number | undefined;
  readonly now?: number;
}

/** Why a certificate with its key cannot stay as it is, as sentences; none when it is fine. */
export function certificateProblems(
  { certificate, key }: Credential,
  { authority, names, since = 0, now = Date.now() }: Wanted,
): readonly string[] {
  const leaf = parseCertificate(certificate);
  if (!leaf) return ['it is not a certificate'];
  const problems: string[] = [];
  if (!isSignedBy(leaf, authority)) problems.push("it was not signed by the cluster's CA");
  if (!belongs(key, leaf)) problems.push('its key belongs to another certificate');
  const daysLeft = daysLeftOf(leaf, now);
  if (daysLeft < renewBeforeDays) problems.push(`it ends in ${daysLeft} days`);
  const missing = names.filter((name) => !covers(leaf, name));
  if (missing.length > 0) problems.push(`it is not valid for ${missing.join(', ')}`);
  if (problems.length === 0 && issuedAt(leaf) < since) problems.push('it is older than this rotation');
  return problems;
}

/** Whether the key is the certificate's own: another one signs nothing that holders of the certificate believe. */
export function isPair({ certificate, key }: Credential): boolean {
  const parsed = parseCertificate(certificate);
  return parsed !== undefined && belongs(key, parsed);
}

function belongs(key: Secret, certificate: Certificate): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key.reveal()));
  } catch {
    return false;
  }
}

/** A certificate and its private key, both PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: Secret;
}

/** The credential that signs a cluster's certificates. */
export type Authority = Credential;

/**
 * What a certificate may be shown for (its extended key usage). "peer": for both. "nameless": for a client, without a
 * common name, which the HTTP port of etcd takes from nobody.
 */
export type Purpose = 'server' | 'client' | 'peer' | 'nameless';

/** Milliseconds. Hosts whose clock is a little behind must accept a certificate made just now. */
export const backdateMs = 3_600_000;
