// What a certificate says. Without the library that makes them: that one is slow to import.

import { X509Certificate } from 'node:crypto';
import { isIpAddress } from '../model/address.ts';
import { backdateMs } from './credential.ts';

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
