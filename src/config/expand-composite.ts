// From names that speak of several settings, or of a part of one, to what they say about each setting.

import { givenFor, type RawValue } from './raw-value.ts';
import { numberedName, numberedReplicas } from './numbered-replicas.ts';
import { gather, InvalidValue, type Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import type { SettingName } from './settings.ts';

const urlNames = ['DATABASE_URL', 'DATABASE_URL_FILE'];

/** Is it a name that `expandComposite` understands? */
export const isComposite = (name: string): boolean =>
  urlNames.includes(name) || numberedName(name) !== undefined;

/** What such lines say about each setting. `directory` is where relative paths start. */
export function expandComposite(entries: readonly Entry[], directory: string) {
  const replicas = numberedReplicas(entries);
  const given = new Map<string, RawValue>();
  if (replicas.given) given.set('CLUSTER_DB_REPLICA_HOSTS', replicas.given);
  const problems: Problem[] = [...replicas.problems];
  const ofUrl = fromUrl(entries, directory, problems);
  for (const [name, one] of ofUrl ?? []) given.set(name, one);
  // Settings that a line with a problem speaks of are not missing.
  const unclear = new Set(ofUrl === undefined ? compositeNames['DATABASE_URL']!.gives : []);
  return { given, problems, unclear: unclear as ReadonlySet<string> };
}

/** The parts of DATABASE_URL, or of the file that holds it; undefined when it cannot be read. */
function fromUrl(
  entries: readonly Entry[],
  directory: string,
  problems: Problem[],
): readonly (readonly [SettingName, RawValue])[] | undefined {
  const written = entries.filter(({ name }) => urlNames.includes(name));
  const given = gather(problems, {}, () => givenFor({ isSecret: true }, written, directory));
  const [url] = given ?? [];
  if (url === undefined) return given && [];
  const parts = gather(problems, { setting: url.name, line: url.line }, () => readDatabaseUrl(url.text));
  const texts: readonly (readonly [SettingName, string | undefined])[] = [
    ['CLUSTER_DB_PRIMARY_HOST', parts?.place],
    ['POSTGRES_DB', parts?.database],
    ['POSTGRES_APP_USER', parts?.user],
    ['POSTGRES_APP_PASSWORD', parts?.password],
  ];
  return (
    parts && texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, { ...url, text }] as const]))
  );
}

export interface CompositeName {
  readonly doc: string;
  /** The settings it speaks of; none when it is only kept for others. */
  readonly gives: readonly SettingName[];
  readonly takes: string;
  readonly example: string;
  /** Never shown; `<name>_FILE` is understood. */
  readonly isSecret?: true;
}

export const compositeNames: Readonly<Record<string, CompositeName>> = {
  DATABASE_URL: {
    doc: "The application's connection: the writer's login, and the host, port and database of the primary.",
    gives: ['CLUSTER_DB_PRIMARY_HOST', 'POSTGRES_DB', 'POSTGRES_APP_USER', 'POSTGRES_APP_PASSWORD'],
    takes:
      'postgres://user:password@host:port/database; in the user and the password each of : / ? # [ ] @ % as %3A, %2F and so on',
    example: 'postgres://shop_app:…@10.0.0.11:5432/shop',
    isSecret: true,
  },
  'DATABASE_REPLICA_<n>_HOST': {
    doc: 'One replica, on a line of its own; n counts from 1.',
    gives: ['CLUSTER_DB_REPLICA_HOSTS'],
    takes: '[name=]host[:port]',
    example: '10.0.0.12',
  },
  'DATABASE_REPLICA_<n>_PORT': {
    doc: 'The port of that replica. Default: POSTGRES_PORT.',
    gives: ['CLUSTER_DB_REPLICA_HOSTS'],
    takes: 'a whole number from 1 to 65535',
    example: '5432',
  },
  'DATABASE_REPLICA_<n>_WEIGHT': {
    doc: "That replica's share of the reads. It is for the application: dbctl checks that it is a number, and shares no reads out.",
    gives: [],
    takes: 'a number above 0',
    example: '1.0',
  },
};

/** The names that speak of a setting, among other things. */
export const compositesOf = (setting: string): readonly string[] =>
  Object.entries(compositeNames).flatMap(([name, { gives }]) =>
    (gives as readonly string[]).includes(setting) ? name : [],
  );

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
export function readDatabaseUrl(text: string) {
  const [isUrl, user, password, where, database, parameters = ''] = pattern.exec(text) ?? [];
  if (isUrl === undefined) {
    throw new InvalidValue(
      'expected postgres://user:password@host:port/database; write each of : / ? # [ ] @ in the user and in the password as %3A, %2F and so on',
    );
  }
  if (overrules.test(parameters)) {
    throw new InvalidValue('must not name a host, port, user, password or database behind the ?');
  }
  // The place is host or host:port, an IPv6 address in brackets.
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
