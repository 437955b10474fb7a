/** A value as postgresql.conf wants it: quoted, with ' doubled and \ escaped (PostgreSQL's guc-file.l unescapes it). */
export const settingValue = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** A value in a libpq connection string: quoted, with ' and \ escaped (PostgreSQL docs, "Connection Strings"). */
export const conninfoValue = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** `host='10.0.0.11' port='5432'` */
export const conninfo = (options: Readonly<Record<string, string>>): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${conninfoValue(value)}`)
    .join(' ');

/** One line of a libpq password file: `:` and `\` are escaped with `\` (PostgreSQL docs, "The Password File"). */
export const passfileLine = (fields: {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}): string =>
  [fields.host, String(fields.port), fields.database, fields.user, fields.password]
    .map((field) => field.replaceAll(/[\\:]/g, '\\$&'))
    .join(':');

/** The options of a connection string, unquoted. */
export const parseConninfo = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\]|\\.)*))/gs)].map(
      ([, name, quoted, plain]) => [name!, (quoted ?? plain)!.replaceAll(/\\(.)/gs, '$1')],
    ),
  );
