import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIpAddress } from '../cluster/address.ts';
import type { Secret } from '../secret.ts';
import type { Credential } from './credential.ts';

const day = 86_400_000;
/** A certificate is replaced when fewer days than this are left. */
const renewBeforeDays = 30;

/** Why a server certificate with its key cannot stay as it is, as sentences; none when it is fine. */
export function certificateProblems(
  { certificate, key }: Credential,
  { authority, names, now = Date.now() }: { authority: string; names: readonly string[]; now?: number },
): readonly string[] {
  const leaf = parse(certificate);
  if (!leaf) return ['it is not a certificate'];
  const problems: string[] = [];
  const issuer = parse(authority);
  if (!issuer || !leaf.checkIssued(issuer) || !leaf.verify(issuer.publicKey)) {
    problems.push("it was not signed by the cluster's CA");
  }
  if (!belongs(key, leaf)) problems.push('its key belongs to another one');
  const daysLeft = Math.floor((Date.parse(leaf.validTo) - now) / day);
  if (daysLeft < renewBeforeDays) problems.push(`it ends in ${daysLeft} days`);
  const missing = names.filter((name) => !covers(leaf, name));
  if (missing.length > 0) problems.push(`it does not name ${missing.join(', ')}`);
  return problems;
}

/** Whether the key is the certificate's own: another one signs nothing that holders of the certificate believe. */
export function isPair({ certificate, key }: Credential): boolean {
  const parsed = parse(certificate);
  return parsed !== undefined && belongs(key, parsed);
}

const covers = (certificate: X509Certificate, name: string): boolean =>
  (isIpAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;

function belongs(key: Secret, certificate: X509Certificate): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key.reveal()));
  } catch {
    return false;
  }
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
