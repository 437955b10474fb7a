import { createPrivateKey } from 'node:crypto';
import type { Secret } from '../model/secret.ts';
import type { Credential } from './credential.ts';
import { covers, daysLeftOf, isSignedBy, issuedAt, parseCertificate, type Certificate } from './inspect.ts';

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
