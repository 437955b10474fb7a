// The SQL that a restored copy must agree to, from the file that BACKUP_DRILL_SQL names.

import type { Backup } from '../../model/backup.ts';
import { splitStatements, type Statement } from '../../postgres/split-statements.ts';
import { ConfigError } from '../../model/errors.ts';
import { InvalidValue } from '../../config/problem.ts';
import { readSmallFile } from '../../config/read-file.ts';

/** Its queries; none when no file is named. Throws ConfigError when it cannot be read, or is not plain SQL. */
export function readAssertions({ drillAssertionsFile: file }: Backup): readonly Statement[] {
  if (file === undefined) return [];
  const statements = splitStatements(textOf(file));
  const command = statements.find(({ sql }) => sql.startsWith('\\'));
  if (command === undefined) return statements;
  throw new ConfigError({
    what: `${file} has a command of psql on line ${command.line}`,
    why: 'The server runs the queries, and it accepts SQL only.',
    next: ['write queries that return true, each ending with a semicolon'],
  });
}

function textOf(file: string): string {
  try {
    return readSmallFile(file).text;
  } catch (cause) {
    if (!(cause instanceof InvalidValue)) throw cause;
    throw new ConfigError({
      what: `${file} ${cause.message}`,
      next: ['correct BACKUP_DRILL_SQL in .env.cluster, or remove it'],
      cause,
    });
  }
}
