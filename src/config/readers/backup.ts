// Values that only backups have.

import type { Secret } from '../../model/secret.ts';
import { InvalidValue, shown } from '../problem.ts';
import { readAddress, type Address } from './host.ts';
import { choice, matching, oneLine, reader, readPath, secret, type Reader } from './reader.ts';

export const repositoryKind = choice('minio', 'versitygw', 's3', 'posix');

/** `host`, `host:port` or `https://host:port`: pgBackRest speaks HTTPS only. */
export const endpoint: Reader<Address> = reader('host[:port], or https://host[:port]', (raw) => {
  if (/^http:/i.test(raw)) throw new InvalidValue('expected https: pgBackRest sends backups over TLS only');
  const [, text = raw] = /^https:\/\/([^/?#@]*)\/?$/i.exec(raw) ?? [];
  return readAddress(text);
});

/** As Amazon names buckets (general purpose buckets, "Naming rules"), without dots: those break TLS names. */
const bucketName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

export const isBucketName = (text: string): boolean => bucketName.test(text);

export const bucket = matching(bucketName, '3 to 63 lower-case letters, digits and -, with no - at its ends');

export const region = matching(/^[a-z0-9-]{1,63}$/, 'a region such as us-east-1');

export const uriStyle = choice('path', 'host');

export const stanza = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'letters, digits, _ and -');

/** What pgBackRest, MinIO and curl all take as it is: a configuration file drops spaces around a value. */
export const storeSecret = (shortest: number, longest: number): Reader<Secret> =>
  secret(
    `${shortest} to ${longest} printable ASCII characters without spaces`,
    [(raw) => /^[\x21-\x7e]*$/.test(raw), 'expected printable ASCII characters without spaces'],
    [
      ({ length }) => length >= shortest && length <= longest,
      `expected ${shortest} to ${longest} characters`,
    ],
  );

/** The id of a key: it stands in signatures between `/` and `=`. */
export const storeKeyId = secret('3 to 128 letters, digits, _ . and -', [
  (raw) => /^[A-Za-z0-9_.-]{3,128}$/.test(raw),
  'expected 3 to 128 letters, digits, _ . and -',
]);

/** A passphrase in pgBackRest's configuration: one line, no spaces around it, which would be dropped. */
export const passphrase = secret(
  'at least 20 characters on one line',
  oneLine,
  [(raw) => raw === raw.trim(), 'starts or ends with a space, which pgBackRest would drop'],
  [({ length }) => length >= 20, 'expected at least 20 characters; make one: openssl rand -base64 48'],
);

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
