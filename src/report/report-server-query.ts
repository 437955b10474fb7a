// What a PostgreSQL server tells a support bundle: how it is set and how it does; no statement and no row of anybody.

import type { Instance } from '../model/instance.ts';
import { loneQuery, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import { ifRunning } from '../postgres/psql.ts';

const sections: readonly (readonly [title: string, sql: string])[] = [
  ['version', 'select version(), pg_is_in_recovery(), pg_postmaster_start_time(), pg_conf_load_time()'],
  [
    'settings that differ from the default',
    `select format('%s = %s %s', name, setting, unit) as setting,
       coalesce(sourcefile || ':' || sourceline, source) as place, pending_restart
     from pg_settings where source not in ('default', 'override', 'client') or pending_restart order by name`,
  ],
  [
    'settings of roles and databases',
    'select setdatabase, setrole::regrole, setconfig from pg_db_role_setting',
  ],
  [
    'errors in its files',
    'select sourcefile, sourceline, name, error from pg_file_settings where error is not null',
  ],
  [
    'pg_hba.conf',
    `select line_number as line, type, database, user_name, concat_ws('/', address, netmask) as address, auth_method,
       options, error from pg_hba_file_rules`,
  ],
  ['pg_stat_replication', 'select * from pg_stat_replication'],
  ['pg_stat_wal_receiver', 'select * from pg_stat_wal_receiver'],
  ['pg_replication_slots', 'select * from pg_replication_slots'],
  ['pg_stat_archiver', 'select * from pg_stat_archiver'],
  ['pg_stat_wal', 'select * from pg_stat_wal'],
  ['WAL files', 'select count(*), sum(size), min(name), max(name) from pg_ls_waldir()'],
  [
    'WAL files that wait to be archived',
    `select count(*) from pg_ls_archive_statusdir() where name like '%.ready'`,
  ],
  ['pg_control_system', 'select * from pg_control_system()'],
  ['pg_control_checkpoint', 'select * from pg_control_checkpoint()'],
  ['pg_control_recovery', 'select * from pg_control_recovery()'],
  ['pg_stat_database', 'select * from pg_stat_database'],
  [
    'databases',
    'select datname, pg_get_userbyid(datdba) as owner, pg_size_pretty(pg_database_size(oid)) as size, age(datfrozenxid), datcollate, datcollversion from pg_database',
  ],
  [
    'roles',
    'select rolname, rolsuper, rolcanlogin, rolreplication, rolcreatedb, rolcreaterole, rolconnlimit, rolvaliduntil from pg_roles',
  ],
  [
    'connections',
    `select datname, usename, backend_type, state, wait_event_type, count(*), max(now() - xact_start) as oldest_transaction
     from pg_stat_activity group by 1, 2, 3, 4, 5 order by 6 desc`,
  ],
  ['prepared transactions', 'select count(*), min(prepared) from pg_prepared_xacts'],
];

// A view that a version lacks, or has with other columns, is an error in its own section only.
const sql = sections
  .map(([title, statement]) => `\\echo\n\\echo '== ${title.replaceAll("'", '')}'\n${statement};\n`)
  .join('');

/** As text for people. What a server that does not run says is that it does not. */
export const serverReport = ({ binDirectory, port }: Instance): Query<string> => {
  const psql = [`${binDirectory}/psql`, '-Xqw', '-h', '/var/run/postgresql', '-p', String(port)];
  const options = ['-P', 'pager=off', '-P', 'footer=off', '-P', 'expanded=auto', '-P', 'columns=200'];
  const { parse, ...asked } = ifRunning(
    { binDirectory, port },
    loneQuery(
      sh('exec "$@" 2>&1', ...psql, '-d', 'postgres', ...options, '-f', '-'),
      (stdout) => stdout.trimStart(),
      { asUser: 'postgres', stdin: sql, timeoutMs: 60_000 },
    ),
  );
  return { ...asked, parse: (stdout) => parse(stdout) ?? `PostgreSQL does not run on port ${port}\n` };
};
