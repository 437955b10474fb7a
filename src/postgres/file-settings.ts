// What a server's files say, before it reads them.

import * as v from 'valibot';
import { standbyParameters, type StandbyValues } from './standby-parameters.ts';
import type { Instance } from '../model/instance.ts';
import { query, type Query } from '../host/command.ts';
import { askJson } from './psql.ts';

const Outside = v.object({
  name: v.string(),
  value: v.string(),
  by: v.picklist(['ALTER SYSTEM', 'file', 'command line', 'role']),
  /** "file:line"; for a role or a database, how ALTER names it: "role app in database shop". */
  place: v.string(),
});
export type Outside = v.InferOutput<typeof Outside>;

const FileSettings = v.object({
  /** When the running server last read its files, seconds since 1970. */
  loadedAt: v.number(),
  /** Parameters that only a restart gives the value that the files have. */
  pendingRestart: v.array(v.string()),
  /** What the server would not accept in its files as they are now: "file:line: name: message". */
  errors: v.array(v.string()),
  /** What stands where it wins over dbctl's files, whatever it sets. */
  outside: v.optional(v.array(Outside)),
});
export type FileSettings = v.InferOutput<typeof FileSettings>;

// Looking at pg_file_settings makes the session compare all files with what the server has, so that pg_settings knows
// what waits for a restart, also when nobody has reloaded the server yet. A parameter that waits is no error; one that
// waits because it was taken out has a row without a file, and waits for nothing when it has its default. Patroni gives
// its servers the cluster's name for cluster_name, writes postgresql.conf, and starts them with more on the command line.
const sql = `
do $do$ begin perform count(*) from pg_file_settings; end $do$;
with patroni as (
    select exists (select from pg_file_settings where sourcefile ~ '/postgresql[.]base[.]conf$') as runs),
  pending as (
    select name,
      name = 'cluster_name' and (runs or source = 'command line')
        or setting is not distinct from boot_val
          and not exists (select from pg_file_settings f where lower(f.name) = s.name) as is_same
    from pg_settings s, patroni where pending_restart),
  lines as (
    select *, sourcefile ~ '/conf[.]d/dbctl(_backup)?[.]conf$' as is_ours from pg_file_settings where name is not null),
  last_lines as (select distinct on (lower(name)) * from lines order by lower(name), seqno desc),
  outside as (
    select name, setting as value,
      case when sourcefile ~ '/postgresql[.]auto[.]conf$' then 'ALTER SYSTEM' else 'file' end as by,
      format('%s:%s', sourcefile, sourceline) as place
    from last_lines
    where not is_ours and not (sourcefile ~ '/postgresql[.]conf$' and (select runs from patroni))
      and seqno > (select max(seqno) from lines where sourcefile ~ '/conf[.]d/dbctl[.]conf$')
    union all
    select name, current_setting(name), 'command line', source from pg_settings
    where source in ('command line', 'environment variable') and name <> 'cluster_name'
      and not (select runs from patroni)
    union all
    select split_part(entry, '=', 1), substr(entry, strpos(entry, '=') + 1), 'role',
      case when setrole <> 0 then format('role %I', pg_get_userbyid(setrole)) else '' end ||
      case when setdatabase <> 0 and setrole <> 0 then format(' in database %I', datname)
           when setdatabase <> 0 then format('database %I', datname)
           when setrole = 0 then 'role all' else '' end
    from pg_db_role_setting left join pg_database d on d.oid = setdatabase, unnest(setconfig) entry
    where not pg_is_in_recovery())
select json_build_object(
  'loadedAt', extract(epoch from pg_conf_load_time()),
  'pendingRestart', (select coalesce(json_agg(name order by name), '[]') from pending where not is_same),
  'outside', (select coalesce(json_agg(o order by name, place), '[]') from outside o),
  'errors', (
    select coalesce(json_agg(message), '[]') from (
      select concat_ws(': ', format('%s:%s', sourcefile, sourceline), name, error) as message from pg_file_settings
      where error is not null and sourcefile is not null
        and (name is null or name not in (select name from pending))
      union all
      select format('pg_hba.conf:%s: %s', line_number, error) from pg_hba_file_rules where error is not null
    ) as found
  )
)`;

/** What the files of a running server say. */
export const fileSettings = (instance: Instance): Query<FileSettings> =>
  askJson(instance, sql, (value) => v.parse(FileSettings, value));

const Values = v.object(
  Object.fromEntries(standbyParameters.map((name) => [name, v.number()])) as Record<
    (typeof standbyParameters)[number],
    v.NumberSchema<undefined>
  >,
);

/** What a running server has of the parameters that replicas must not have less of. */
export const standbyValues = (instance: Instance): Query<StandbyValues> =>
  askJson(
    instance,
    `select json_object_agg(name, setting::int) from pg_settings
     where name in (${standbyParameters.map((name) => `'${name}'`).join(', ')})`,
    (value) => v.parse(Values, value),
  );

const recorded: Readonly<Record<(typeof standbyParameters)[number], string>> = {
  max_connections: 'max_connections',
  max_worker_processes: 'max_worker_processes',
  max_wal_senders: 'max_wal_senders',
  max_prepared_transactions: 'max_prepared_xacts',
  max_locks_per_transaction: 'max_locks_per_xact',
};

/** The same parameters as the primary had them where a replica stopped replaying, from its control file. */
export const recordedValues = ({ binDirectory, dataDirectory }: Instance): Query<StandbyValues> =>
  query([`${binDirectory}/pg_controldata`, '-D', dataDirectory], parseRecorded);

/** From what pg_controldata says. */
export const parseRecorded = (stdout: string): StandbyValues =>
  v.parse(
    Values,
    Object.fromEntries(
      standbyParameters.map((name) => [
        name,
        Number(new RegExp(`^${recorded[name]} setting: *(\\d+)$`, 'm').exec(stdout)?.[1]),
      ]),
    ),
  );
