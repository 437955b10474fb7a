// Values that only backups have.

import { Secret } from '../../model/secret.ts';
import { InvalidValue, shown } from '../problem.ts';
import { readAddress, type Address } from './host.ts';
import { readPath, matching, reader, type Reader } from './reader.ts';

export const repositoryKind: Reader<'minio' | 'versitygw' | 's3' | 'posix'> = reader(
  'minio, versitygw, s3 or posix',
  (raw) => {
    if (raw === 'minio' || raw === 'versitygw' || raw === 's3' || raw === 'posix') return raw;
    throw new InvalidValue(`expected minio, versitygw, s3 or posix, got ${shown(raw)}`);
  },
);

/** `host`, `host:port` or `https://host:port`: pgBackRest speaks HTTPS only. */
export const endpoint: Reader<Address> = reader('host[:port], or https://host[:port]', (raw) => {
  if (/^http:/i.test(raw)) throw new InvalidValue('expected https: pgBackRest sends backups over TLS only');
  const [, text = raw] = /^https:\/\/([^/?#@]*)\/?$/i.exec(raw) ?? [];
  return readAddress(text);
});

/** As Amazon names buckets (general purpose buckets, "Naming rules"), without dots: those break TLS names. */
export const isBucketName = (text: string): boolean => /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(text);

const takesBucket = '3 to 63 lower-case letters, digits and -, with no - at its ends';

export const bucket: Reader<string> = reader(takesBucket, (raw) => {
  if (isBucketName(raw)) return raw;
  throw new InvalidValue(`expected ${takesBucket}, got ${shown(raw)}`);
});

export const region = matching(/^[a-z0-9-]{1,63}$/, 'a region such as us-east-1');

export const uriStyle: Reader<'path' | 'host'> = reader('path or host', (raw) => {
  if (raw === 'path' || raw === 'host') return raw;
  throw new InvalidValue(`expected path or host, got ${shown(raw)}`);
});

export const stanza = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'letters, digits, _ and -');

/** What pgBackRest, MinIO and curl all take as it is: a configuration file drops spaces around a value. */
export const storeSecret = (shortest: number, longest: number): Reader<Secret> =>
  reader(`${shortest} to ${longest} printable ASCII characters without spaces`, (raw) => {
    if (!/^[\x21-\x7e]*$/.test(raw)) {
      throw new InvalidValue('expected printable ASCII characters without spaces');
    }
    if (raw.length < shortest || raw.length > longest) {
      throw new InvalidValue(`expected ${shortest} to ${longest} characters`);
    }
    return new Secret(raw);
  });

/** The id of a key: it stands in signatures between `/` and `=`. */
export const storeKeyId: Reader<Secret> = reader('3 to 128 letters, digits, _ . and -', (raw) => {
  if (/^[A-Za-z0-9_.-]{3,128}$/.test(raw)) return new Secret(raw);
  throw new InvalidValue('expected 3 to 128 letters, digits, _ . and -');
});

/** A passphrase in pgBackRest's configuration: one line, no spaces around it, which would be dropped. */
export const passphrase: Reader<Secret> = reader('at least 20 characters on one line', (raw) => {
  if (/\p{Cc}/u.test(raw))
    throw new InvalidValue('contains a control character (a line break, a tab, NUL …)');
  if (raw !== raw.trim()) throw new InvalidValue('starts or ends with a space, which pgBackRest would drop');
  if (raw.length < 20)
    throw new InvalidValue('expected at least 20 characters; make one: openssl rand -base64 48');
  return new Secret(raw);
});

const weekday = '(mon|tue|wed|thu|fri|sat|sun)[a-z]*';
const weekdays = `${weekday}((,|\\.\\.)${weekday})*`;
const dateOrTime = '[0-9*][0-9*.,/~:-]*';
const words = 'minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually';
const zone = 'UTC|[a-z]+(/[a-z0-9_+-]+)+';
const calendarExpression = new RegExp(
  `^((${weekdays}|${dateOrTime})( ${dateOrTime}){0,2}|${words})( (${zone}))?$`,
  'i',
);

/** A systemd calendar expression (systemd.time(7)), or `off`. systemd on the control host has the last word. */
export const calendar: Reader<string | undefined> = reader('a systemd calendar expression, or off', (raw) => {
  if (raw === 'off') return undefined;
  if (raw.length <= 200 && calendarExpression.test(raw)) return raw;
  throw new InvalidValue(
    `expected a calendar expression such as daily or *-*-* 02:00:00, or off, got ${shown(raw)}`,
  );
});

/** A path of this machine, or an https URL. */
export const programLocation: Reader<string> = reader('a path, or an https URL', (raw) => {
  if (/^[a-z]+:\/\//i.test(raw)) {
    if (/^https:\/\/[^\s@]+$/.test(raw)) return raw;
    throw new InvalidValue(`expected an https URL without a login, got ${shown(raw)}`);
  }
  return readPath(raw);
});

export const sha256 = matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case');
