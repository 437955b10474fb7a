// Hosts and data as they are after some years: disks of their own, leftovers of what ran before, and a DBA's hand.

import type { Lab } from './e2e.ts';

/** On each node, before dbctl has seen it: two more disks, an old cluster of the distribution's, files of an older dbctl cluster. */
export const makeHostMessy = (lab: Lab, host: string, version: number): Promise<string> =>
  lab.shell(
    host,
    `set -e
     for disk in wal fast; do
       install -d /srv/$disk
       mount -t tmpfs -o size=700m $disk /srv/$disk
       install -d -o postgres -g postgres -m 700 /srv/$disk/pg
     done
     pg_createcluster ${version} old --port 5433 --start >/dev/null
     runuser -u postgres -- psql -XAtq -p 5433 -c 'create table old (n int)'
     pg_ctlcluster ${version} old stop
     install -d /etc/dbctl/retired/${host} /var/lib/dbctl/retired
     echo retired/${host} > /etc/dbctl/retired/${host}/owner`,
  );

/** Moves a node's WAL to the disk that is meant for it, as a DBA does it: the server is stopped, and a link left. */
export const moveWal = (lab: Lab, host: string, version: number): Promise<string> =>
  lab.shell(
    host,
    `set -e
     systemctl stop postgresql@${version}-main
     cp -a /var/lib/postgresql/${version}/main/pg_wal/. /srv/wal/pg/
     rm -r /var/lib/postgresql/${version}/main/pg_wal
     runuser -u postgres -- ln -s /srv/wal/pg /var/lib/postgresql/${version}/main/pg_wal
     systemctl start postgresql@${version}-main`,
  );

/** A database that no test would think of: roles, names, extensions, large objects, publications, a trigger on logins. */
export async function makeDataMessy(lab: Lab, tablespaceAt: string): Promise<void> {
  await lab.sql(
    'pg1',
    `create role "O'Brien" login superuser;
     create role "order clerk" nologin;
     create database "Über ""DB""" owner "O'Brien" template template0 encoding 'UTF8' locale 'C';
     alter system set log_min_duration_statement = '5s';
     select pg_reload_conf();
     alter role "order clerk" set work_mem = '1MB';
     alter database "Über ""DB""" set search_path = 'public';`,
  );
  await lab.sql('pg1', `create tablespace "fast disk" location '${tablespaceAt}'`);
  await lab.sql(
    'pg1',
    `create extension pg_trgm;
     create extension hstore schema public;
     create table "Order Lines" (id int generated always as identity primary key, "note's" text, tags hstore)
       tablespace "fast disk";
     insert into "Order Lines" ("note's", tags)
       select 'line ' || n, hstore('n', n::text) from generate_series(1, 2000) n;
     create index on "Order Lines" using gin ("note's" gin_trgm_ops) tablespace "fast disk";
     create unlogged table scratch as select 1 as n;
     create materialized view totals as select count(*) from "Order Lines";
     select lo_from_bytea(4711, 'a large object');
     create publication lines for table "Order Lines";
     create function seen() returns event_trigger language plpgsql as $$ begin perform 1; end $$;
     create event trigger seen on ddl_command_end execute function seen();`,
    'app',
  );
}
