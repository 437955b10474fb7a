import * as v from 'valibot';
import type { Instance } from '../cluster/instance.ts';
import { query, type Action, type Query } from './command.ts';
import { askJson, execute } from './psql.ts';
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
  return query(
    ['sh', '-c', judgeScript, 'sh', ...postgres, ...overrides],
    (stdout) => stdout.trim() || undefined,
    { asUser: 'postgres' },
  );
}

const LoadedSettings = v.object({
  /** When the running server last read its files, seconds since 1970. */
  loadedAt: v.number(),
  /** Parameters that wait for a restart. */
  pendingRestart: v.array(v.string()),
  /** What the server could not accept in its files: "file:line: message". */
  errors: v.array(v.string()),
});
export type LoadedSettings = v.InferOutput<typeof LoadedSettings>;

const loadedSql = `
with pending as (select name from pg_settings where pending_restart)
select json_build_object(
  'loadedAt', extract(epoch from pg_conf_load_time()),
  'pendingRestart', (select coalesce(json_agg(name order by name), '[]') from pending),
  'errors', (
    select coalesce(json_agg(message), '[]') from (
      select format('%s:%s: %s', sourcefile, sourceline, error) as message from pg_file_settings
      where error is not null and name not in (select name from pending)
      union all
      select format('pg_hba.conf:%s: %s', line_number, error) from pg_hba_file_rules where error is not null
    ) as found
  )
)`;

/** What the running server has loaded, and what it could not. */
export const loadedSettings = (instance: Instance): Query<LoadedSettings> =>
  askJson(instance, loadedSql, (value) => v.parse(LoadedSettings, value));

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

/** When the newest of the files was changed, seconds since 1970; 0 when there is none. */
export const newestChange = (paths: readonly string[]): Query<number> =>
  query(['sh', '-c', 'stat -c %.9Y -- "$@" 2>/dev/null | sort -n | tail -n 1', 'sh', ...paths], (stdout) =>
    Number(stdout.trim() || 0),
  );

export const reload = (instance: Instance): Action => execute(instance, ['select pg_reload_conf()']);
