import { saslprep } from '@mongodb-js/saslprep';

/**
 * The form of a password that SCRAM hashes (RFC 4013). PostgreSQL's server and libpq fall back to the password as
 * written when the standard forbids it (a control character, an emoji newer than Unicode 3.2), and so does this.
 */
export function prepare(password: string): string {
  try {
    return saslprep(password);
  } catch {
    return password;
  }
}
