// What stories of restores have in common: rows to compare, and times to go back to.

import type { Lab } from './e2e.ts';

/** The rows of a table as one checksum. */
export const checksum = (lab: Lab, host: string, table: string, port = 5432): Promise<string> =>
  onPort(lab, host, port, `select md5(string_agg(r::text, ',' order by r::text)) from ${table} r`);

/** Asks a server that listens on another port than the cluster's. */
export const onPort = (lab: Lab, host: string, port: number, statement: string): Promise<string> =>
  lab.shell(
    host,
    `cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d app -p ${port}`,
    statement,
  );

/** The server's clock, with its zone, a moment after everything before and a moment before everything after. */
export const now = (lab: Lab): Promise<string> =>
  lab.sql('pg1', 'select pg_sleep(0.2); select now(); select pg_sleep(0.2)').then((text) => text.trim());

/** Makes a table with rows that no other has. */
export const makeRows = (lab: Lab, table: string, rows = 1000): Promise<string> =>
  lab.sql(
    'pg1',
    `create table ${table} as select n, md5(random()::text) as text from generate_series(1, ${rows}) n`,
    'app',
  );

/** When the server was started, and what its data directory holds: what changes when a restore has touched it. */
export const untouched = (lab: Lab, host: string): Promise<string> =>
  lab.shell(
    host,
    `cd / && runuser -u postgres -- psql -XAtqc 'select pg_postmaster_start_time()' &&
     ls -di /var/lib/postgresql/17/* && find /var/lib/postgresql/17/main -maxdepth 1 -printf '%p %i %u %m\\n' | sort | sha256sum`,
  );

/** What a restore has not finished on a host: places aside, files beside their place, units. */
export const unfinished = (lab: Lab, host: string): Promise<string> =>
  lab.shell(
    host,
    `find /etc /var/lib/postgresql \\( -name '*.dbctl-*' -o -name '.dbctl*' \\) 2>/dev/null
     systemctl list-units --all --plain --no-legend 'dbctl-re*' 'dbctl-clone*'`,
  );
