import * as v from 'valibot';
import type { Instance } from '../model/instance.ts';
import { sh } from '../host/script.ts';
import { query, type Query } from '../host/command.ts';
import { askJson } from './psql.ts';
import { literal } from './sql.ts';

const judgeScript = `
said=$("$@" 2>&1 >/dev/null) && exit
echo "\${said:-postgres -C ended with $?}"
`;

/** Lets PostgreSQL judge parameter values before they are written anywhere: what it has against them, if anything. */
export function settingsRefusal(
  instance: Instance,
  parameters: Readonly<Record<string, string>>,
): Query<string | undefined> {
  const overrides = Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const postgres = [`${instance.binDirectory}/postgres`, '-D', instance.configDirectory, '-C', 'port'];
  return query(sh(judgeScript, ...postgres, ...overrides), (stdout) => stdout.trim() || undefined, {
    asUser: 'postgres',
  });
}

/** Which of these parameters only a restart can change. */
export const postmasterParameters = (
  instance: Instance,
  names: readonly string[],
): Query<readonly string[]> =>
  askJson(
    instance,
    `select coalesce(json_agg(name order by name), '[]') from pg_settings
     where context = 'postmaster' and name in (${names.map(literal).join(', ')})`,
    (value) => v.parse(v.array(v.string()), value),
  );
