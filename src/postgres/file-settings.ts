// What a server's files say, before it reads them.

import * as v from 'valibot';
import { standbyParameters, type StandbyValues } from './standby-parameters.ts';
import type { Instance } from '../model/instance.ts';
import { query, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { askJson } from './psql.ts';

const FileSettings = v.object({
  /** When the running server last read its files, seconds since 1970. */
  loadedAt: v.number(),
  /** Parameters that only a restart gives the value that the files have. */
  pendingRestart: v.array(v.string()),
  /** What the server would not accept in its files as they are now: "file:line: name: message". */
  errors: v.array(v.string()),
});
export type FileSettings = v.InferOutput<typeof FileSettings>;

// Looking at pg_file_settings makes the session compare all files with what the server has, so that pg_settings knows
// what waits for a restart, also when nobody has reloaded the server yet. A parameter that waits is no error; one that
// waits because it was taken out has a row without a file.
const sql = `
do $do$ begin perform count(*) from pg_file_settings; end $do$;
with pending as (select name from pg_settings where pending_restart)
select json_build_object(
  'loadedAt', extract(epoch from pg_conf_load_time()),
  'pendingRestart', (select coalesce(json_agg(name order by name), '[]') from pending),
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

/** The same parameters as they will be after the next start; or what PostgreSQL has against starting with these files. */
export const valuesAtStart = ({
  binDirectory,
  configDirectory,
}: Instance): Query<StandbyValues | { readonly refusal: string }> =>
  query(
    script('postgres/values-at-start.sh', `${binDirectory}/postgres`, configDirectory, ...standbyParameters),
    (stdout) => {
      const [, refusal] = /(?:^|\n)refused\n([^]*)$/.exec(stdout) ?? [];
      if (refusal !== undefined) return { refusal: refusal.trim() };
      const values = stdout.trim().split('\n').map(Number);
      return v.parse(
        Values,
        Object.fromEntries(standbyParameters.map((name, index) => [name, values[index]])),
      );
    },
    { asUser: 'postgres' },
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
  query([`${binDirectory}/pg_controldata`, '-D', dataDirectory], (stdout) =>
    v.parse(
      Values,
      Object.fromEntries(
        standbyParameters.map((name) => [
          name,
          Number(new RegExp(`^${recorded[name]} setting: *(\\d+)$`, 'm').exec(stdout)?.[1]),
        ]),
      ),
    ),
  );
