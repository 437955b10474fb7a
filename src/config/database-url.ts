// DATABASE_URL, as applications have it: the writer's login, and where the primary is.

import { InvalidValue } from './problem.ts';

export interface DatabaseUrl {
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** host or host:port, an IPv6 address in brackets; undefined when the URL names none. */
  readonly place: string | undefined;
  readonly database: string | undefined;
}

// So strict that no part of a password can be taken for a host, a port or a database, and so be shown.
const scheme = 'postgres(?:ql)?(?:\\+[a-z0-9]+)?';
const word = "[A-Za-z0-9._~!$&'()*+,;=%-]*";
const place = '(?:\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?';
const query = '(?:\\?([A-Za-z0-9._~=&%/+,:-]*))?';
const pattern = new RegExp(
  `^${scheme}://(?:(${word})(?::(${word}))?@)?(${place})?(?:/(${word}))?${query}$`,
  'i',
);

// libpq lets a query overrule what stands before it.
const overrules = /(^|&)(host|hostaddr|port|user|password|dbname|passfile|service)=/i;

/** Reads the parts of a URL; what it does not say is undefined. Throws InvalidValue, which shows nothing of the URL. */
export function readDatabaseUrl(text: string): DatabaseUrl {
  const [isUrl, user, password, where, database, parameters = ''] = pattern.exec(text) ?? [];
  if (isUrl === undefined) {
    throw new InvalidValue(
      'expected postgres://user:password@host:port/database; write each of : / ? # [ ] @ in the user and in the password as %3A, %2F and so on',
    );
  }
  if (overrules.test(parameters)) {
    throw new InvalidValue('must not name a host, port, user, password or database behind the ?');
  }
  return { user: decode(user), password: decode(password), place: where, database: decode(database) };
}

/** Without percent-encoding; undefined for nothing. */
function decode(text: string | undefined): string | undefined {
  try {
    return text ? decodeURIComponent(text) : undefined;
  } catch {
    throw new InvalidValue(
      'has a % that is not followed by the two hexadecimal digits of a UTF-8 byte; write %25',
    );
  }
}
