// What a support bundle has of one host: each file is the answer to one question. Nothing is written on the host.

import { loneQuery, type Query } from '../host/command.ts';
import { sh, script } from '../host/script.ts';
import type { PgbackrestPlace } from '../backup/pgbackrest-query.ts';
import type { Instance } from '../model/instance.ts';
import { ifRunning } from '../postgres/psql.ts';
import { controlOf } from '../postgres/control/control-of.ts';

/** A file of the bundle, and the question whose answer it holds. */
export interface ReportItem {
  readonly file: string;
  readonly query: Query<string>;
}

const patienceMs = 60_000;

/** Each command of the script is shown above what it says; one that fails stops nothing. */
const showing = `show() { printf '\\n$ %s\\n' "$*"; "$@" 2>&1 || echo "(exit code $?)"; }\n`;

const item = (file: string, commands: string, ...parameters: readonly string[]): ReportItem => ({
  file,
  query: loneQuery(sh(showing + commands, ...parameters), (stdout) => stdout.trimStart(), {
    timeoutMs: patienceMs,
  }),
});

const packages =
  "'postgresql*' pgbackrest libpq5 'libicu*' locales libc6 openssl systemd systemd-timesyncd chrony openssh-server sudo";
const units = "'postgresql*' 'dbctl*' 'pgbackrest*'";

/** Every host has these. */
export const hostItems: readonly ReportItem[] = [
  item(
    'system.txt',
    `show uname -a; show cat /etc/os-release; show uptime; show nproc; show systemctl is-system-running
     show systemd-detect-virt; show ip -br address; show ss -Hltn`,
  ),
  item(
    'memory.txt',
    'show free -m; show sysctl vm.overcommit_memory vm.swappiness vm.nr_hugepages; show cat /proc/meminfo',
  ),
  item('disk.txt', 'show df -PTh; show df -Pi; show cat /proc/mounts'),
  item(
    'clock.txt',
    'show date -u +%FT%T.%3NZ; show timedatectl show; [ ! -x /usr/bin/chronyc ] || show chronyc -n tracking',
  ),
  item('versions.txt', `show dpkg-query -W -f '\${Package} \${Version} \${db:Status-Abbrev}\\n' ${packages}`),
  item(
    'units.txt',
    `show systemctl --no-pager --plain --full --all list-units ${units}
     show systemctl --no-pager --plain --full list-unit-files ${units}
     show systemctl --no-pager --full --all list-timers 'dbctl*'
     show systemctl --no-pager --plain --failed`,
  ),
  item('kernel.txt', 'show journalctl -qk -p warning -n 200 --no-pager -o short-iso'),
];

/** The last lines of the journal of every unit of dbctl's, also of those that are no more. */
export const journalItem = (lines: number): ReportItem =>
  item(
    'journal.txt',
    `for unit in $(journalctl -qF _SYSTEMD_UNIT | grep '^dbctl' | sort); do
       show journalctl -qu "$unit" -n "$1" --no-pager -o short-iso
     done`,
    String(lines),
  );

/** What is in the repository, as pgBackRest of the control host says it. */
export const repositoryItem = ({ config, stanza }: PgbackrestPlace): ReportItem =>
  item(
    'pgbackrest.txt',
    `[ -e "$1" ] || { echo "there is no $1"; exit 0; }
     ask() { show runuser -u postgres -- pgbackrest --config="$1" --stanza="$2" --log-level-console=warn --log-level-file=off "$3" info; }
     cd /; show pgbackrest version; ask "$1" "$2" --output=text; ask "$1" "$2" --output=json`,
    config,
    stanza,
  );

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

export type FoundFile = ReturnType<typeof parseFiles>[number];

const largestBytes = 256 * 1024;

/** Every file below these paths, in order; a path that does not exist is no error. */
export const filesBelow = (paths: readonly string[]): Query<readonly FoundFile[]> =>
  loneQuery(script('report/report-files.sh', String(largestBytes), ...paths), parseFiles, {
    timeoutMs: 60_000,
  });

const parseFiles = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [attributes = '', path = '', content = '-'] = line.split('\t');
      // undefined where it stayed on the host: too large, or a secret as a whole.
      const text = content.startsWith('+') ? decode(content.slice(1)) : undefined;
      return { path: decode(path), attributes, text };
    })
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString();

/** Where dbctl keeps things of a cluster, on any host. Things of other clusters are not looked at. */
export const clusterPaths = (cluster: string): readonly string[] => [
  `/etc/dbctl/${cluster}`,
  `/etc/dbctl/pki/${cluster}`,
  `/var/lib/dbctl/${cluster}`,
  '/usr/local/lib/dbctl',
  '/etc/postgresql-common/createcluster.d',
];

/** A node's own. */
export const nodePaths = (instance: Instance): readonly string[] => [
  instance.configDirectory,
  `${instance.dataDirectory}/postgresql.auto.conf`,
  `${instance.dataDirectory}/standby.signal`,
  ...controlOf(instance).paths,
];
