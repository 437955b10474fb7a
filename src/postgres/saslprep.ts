import { createRequire } from 'node:module';

/** Only what is beyond ASCII needs its tables, which take 30 ms to load. */
const loadTables = (): typeof import('@mongodb-js/saslprep') =>
  createRequire(import.meta.url)('@mongodb-js/saslprep');

/**
 * The form of a password that SCRAM hashes (RFC 4013). PostgreSQL's server and libpq fall back to the password as
 * written when the standard forbids it (a control character, an emoji newer than Unicode 3.2), and so does this.
 */
export function prepare(password: string): string {
  if (/^[ -~]*$/.test(password)) return password;
  const { saslprep } = loadTables();
  try {
    return saslprep(password);
  } catch {
    return password;
  }
}
