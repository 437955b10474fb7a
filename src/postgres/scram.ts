// SCRAM-SHA-256 verifiers as PostgreSQL stores them in pg_authid.rolpassword: made here, so that no clear password
// ever travels to a server. Formulas: RFC 5802 section 3, RFC 7677; text form: PostgreSQL's scram-common.c.

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { prepare } from './saslprep.ts';

/** PostgreSQL's own default (scram_iterations). */
const defaultIterations = 4096;

/** `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the binary parts in base64. */
export function scramVerifier(
  password: string,
  salt: Buffer = randomBytes(16),
  iterations = defaultIterations,
): string {
  const salted = pbkdf2Sync(prepare(password), salt, iterations, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
  const serverKey = hmac(salted, 'Server Key');
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(serverKey)}`;
}

/** Whether a stored verifier was made from this password. Anything but SCRAM-SHA-256 never matches. */
export function verifierMatches(password: string, verifier: string): boolean {
  const found = /^SCRAM-SHA-256\$(\d{1,9}):([^$]+)\$/.exec(verifier);
  if (!found) return false;
  const expected = Buffer.from(scramVerifier(password, Buffer.from(found[2]!, 'base64'), Number(found[1])));
  const stored = Buffer.from(verifier);
  return expected.length === stored.length && timingSafeEqual(expected, stored);
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const base64 = (bytes: Buffer): string => bytes.toString('base64');
