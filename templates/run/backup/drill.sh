#!/bin/sh
# Written by dbctl. Rehearses a restore: a copy of the cluster, beside it, from the repository alone. The copy has no
# network, archives nothing, starts no jobs, writes nowhere but in its own directory, and is gone at the end, whatever
# happens. Runs below apart.sh:
#   sh drill.sh CONFIGURATION [--set LABEL] [--type time|xid|lsn|name|immediate --target VALUE] [--random-point]
# shellcheck disable=SC1090,SC2154,SC2017 # variables come from CONFIGURATION; nothing is divided more exactly than needed
# Adds one line of JSON to $state/drills.jsonl. Ends with 0 passed, 1 failed, 75 another drill runs.
set -eu
umask 077
export LC_ALL=C
conf=$1
. "$conf"
shift

label='' type=default target='' is_random=false
while [ $# -gt 0 ]; do
  case $1 in
    --set) label=$2; shift 2 ;;
    --type) type=$2; shift 2 ;;
    --target) target=$2; shift 2 ;;
    --random-point) is_random=true; shift ;;
    *) echo "unknown option: $1" >&2; exit 64 ;;
  esac
done

work=/var/lib/postgresql/$version/dbctl-drill-$cluster
aside=$work data=$work/data
bin=/usr/lib/postgresql/$version/bin
export PGHOST="$work/socket" PGPORT=54399 PGUSER=postgres PGCONNECT_TIMEOUT=30

mkdir -p "$state"
exec 9>"$state/drill.lock"
flock -n 9 || { echo 'another drill runs on this host' >&2; exit 75; }

# The text of stdin as the inside of a JSON string.
json_text() {
  tr '\t\r' '  ' | tr -d '\000-\011\013-\037' | sed 's/\\/\\\\/g; s/"/\\"/g' |
    awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'
}
json_string() { printf '"%s"' "$(printf '%s\n' "$1" | json_text)"; }
milliseconds() { date +%s%3N; }
# From and to in milliseconds: seconds with their fraction; null when it did not come to that.
between() { awk -v a="$1" -v b="$2" 'BEGIN { if (a && b) printf "%.3f", (b - a) / 1000; else printf "null" }'; }
epoch() { awk -v ms="$1" 'BEGIN { printf "%.3f", ms / 1000 }'; }
# What dbctl shows meanwhile.
note() { printf '%s\n' "$*" >"$state/drill.progress"; }
fail() { error=$1; exit 1; }
# What pgBackRest or PostgreSQL complains of in a log, without pgBackRest's times and process numbers.
complaints() { grep -E 'ERROR|FATAL|PANIC|WARN' "$1" | sed -E 's/^[-0-9]+ [0-9:.]+ P[0-9]+ +//' | tail -n 6 || :; }
# In the copy, one answer. Settings that somebody gave a database or a role do not count here.
sql() {
  PGOPTIONS='-c search_path=pg_catalog -c statement_timeout=0 -c default_transaction_read_only=off' plain_sql
}
plain_sql() { "$bin/psql" -XAtqw -v ON_ERROR_STOP=1 -f - 2>>"$work/psql.log"; }
variable() { printf '\\set %s '\''%s'\''\n' "$1" "$2"; }
variable_of() { printf '\\set %s `cat '\''%s'\''`\n' "$1" "$2"; }
join() { if [ -n "$1" ] && [ -n "$2" ]; then printf '%s,%s' "$1" "$2"; else printf '%s%s' "$1" "$2"; fi; }

stop_copy() {
  if [ -f "$data/postmaster.pid" ]; then
    pid=$(head -n 1 "$data/postmaster.pid")
    # Only a process that works in this very directory: the number may belong to another one by now.
    [ "$(readlink "/proc/$pid/cwd" || :)" != "$data" ] || "$bin/pg_ctl" stop -D "$data" -s -m "$1" -t 120 || :
  fi
  # pgBackRest fetches WAL ahead, in processes of its own.
  pkill -KILL -f -- "$work/" 2>/dev/null || :
}
clean() { stop_copy immediate >/dev/null 2>&1; find "$work" -mindepth 1 -delete 2>/dev/null || :; }

error='' result=failed checks='' tables='' warnings='' checksums='not checked' bytes=null newest=null last=null
started=$(milliseconds) copied='' answered='' finished=''

# Whatever happened: nothing is left, and there is a line about it.
finish() {
  code=$?
  trap - EXIT
  trap '' TERM INT HUP
  finished=$(milliseconds)
  [ "$code" -ne 143 ] || [ -n "$error" ] || error='the drill was told to end: its unit was stopped, or it had run for 12 hours'
  [ "$code" -eq 0 ] || [ -n "$error" ] || error="the drill was ended (exit code $code)"
  [ -n "$error" ] || result=passed
  clean
  touch "$work/forgotten" 2>/dev/null || :
  {
    printf '{"id":%s,' "$(json_string "${INVOCATION_ID:-$$-$started}")"
    printf '"node":%s,"result":"%s",' "$(json_string "$node")" $result
    printf '"startedAt":%s,"finishedAt":%s,' "$(epoch "$started")" "$(epoch "$finished")"
    printf '"label":%s,' "$(json_string "$label")"
    printf '"target":{"type":%s,"value":%s,"isRandom":%s},' "$(json_string "$type")" "$(json_string "$target")" $is_random
    printf '"seconds":{"copy":%s,"replay":%s,"checks":%s},' \
      "$(between "$started" "$copied")" "$(between "$copied" "$answered")" "$(between "$answered" "${answered:+$finished}")"
    printf '"bytes":%s,"newestTransactionAt":%s,"lastCommitAt":%s,' "${bytes:-null}" "${newest:-null}" "${last:-null}"
    printf '"checksums":"%s","checks":[%s],"tables":[%s],' "$checksums" "$checks" "$tables"
    printf '"warnings":[%s],"error":%s}\n' "$warnings" "$(json_string "$error")"
  } >"$state/drill.line"
  # History is bounded, and replaced as a whole.
  { tail -n 499 "$state/drills.jsonl" 2>/dev/null || :; cat "$state/drill.line"; } >"$state/drills.jsonl.new"
  chmod 640 "$state/drills.jsonl.new"
  mv -T "$state/drills.jsonl.new" "$state/drills.jsonl"
  rm -f "$state/drill.line" "$state/drill.progress"
  [ -z "$error" ] || printf '%s\n' "$error" >&2
  [ $result = passed ] || exit 1
}
trap finish EXIT
trap 'exit 143' TERM INT HUP

repository() {
  command=$1
  shift
  pgbackrest --config="$config" --stanza="$stanza" --log-level-stderr=off --log-level-file=off "$@" "$command"
}

. ./../system/lent-paths.sh

# The WAL files of the current database that are in the repository, by name.
wal_names() {
  archive=$(grep -o '"id":"[0-9]*-[0-9]*"' "$work/info.json" | cut -d '"' -f 4 | sort -t - -k 2n | tail -n 1)
  pgbackrest --config="$config" --stanza="$stanza" --log-level-console=off --log-level-stderr=error --log-level-file=off \
    --repo=1 --recurse repo-ls "archive/$stanza/$archive" >"$work/listed" 2>"$work/list.log" ||
    fail "the WAL in the repository cannot be listed: $(complaints "$work/list.log")"
  sed -n 's,^.*/\([0-9A-F]\{24\}\)-[0-9a-f]\{40\}.*$,\1,p' "$work/listed"
}

# A copy that ends where WAL is missing, or cannot be read, is no proof that the newest point can be restored: every file
# that was there before it was replayed must be in it. One record may reach over the end of the last file.
check_end() {
  # The new timeline's history says where the copy left the last one.
  history=$(for file in "$data"/pg_wal/*.history; do printf '%s\n' "$file"; done | tail -n 1)
  left=$(grep '^[0-9]' "$history" | tail -n 1 | cut -f 1)
  lsn=$(grep '^[0-9]' "$history" | tail -n 1 | cut -f 2)
  begun=$(printf '%08X' "$left")
  wal_size=$("$bin/pg_controldata" -D "$data" | sed -n 's/^Bytes per WAL segment: *//p')
  low=$((0x${lsn#*/}))
  number=$((0x${lsn%/*} * (4294967296 / wal_size) + low / wal_size))
  next=$(printf '%s%08X%08X' "$begun" $((number / (4294967296 / wal_size))) $((number % (4294967296 / wal_size))))
  # Those that the cluster wrote later; on its own timeline, too, when the copy has not come to that.
  own=$(printf '%08X' "${timeline:-$left}")
  grep -E "^($begun|$own)" "$work/wal" | awk -v next_file="${next#????????}" 'substr($0, 9) > next_file' | sort -k 1.9 >"$work/behind"
  if [ $((low % wal_size)) -eq 0 ] && grep -qxF "$next" "$work/wal"; then echo "$next" >>"$work/behind"; fi
  [ -s "$work/behind" ] || return 0
  if grep -qxF "$next" "$work/wal"; then
    [ $((low % wal_size)) -eq 0 ] || [ "$(wc -l <"$work/behind")" -gt 1 ] || return 0
    fail "the copy ends at $lsn: WAL cannot be read there, and the repository goes on to $(sort -k 1.9 "$work/behind" | tail -n 1)"
  fi
  # Files arrive in any order.
  wal_names >"$work/wal-now"
  grep -qxF "$next" "$work/wal-now" ||
    fail "the copy ends at $lsn: $next is missing in the repository, which goes on with $(head -n 1 "$work/behind")"
}

# What must be in every copy.
expected_sql() {
  cat <<'SQL'
select string_agg(json_build_object('name', name, 'passed', passed, 'detail', '')::text, ',' order by place) from (
  select 1, format('database %I is there', :'database'),
    exists (select from pg_database where datname = :'database')
  union all
  select 2, format('role %I is there', role), exists (select from pg_roles where rolname = role)
  from unnest(string_to_array(:'roles', ' ')) as role
) as found (place, name, passed)
SQL
}

# One line with the rows of every table of a database, and one with the tables that cannot be read.
count_sql() {
  cat <<'SQL'
create temp table counted (name text, rows bigint, error text);
do $$
declare
  one record;
  counted bigint;
begin
  for one in
    select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace n on n.oid = relnamespace
    where relkind in ('r', 'm') and relpersistence = 'p' and nspname <> 'information_schema' and nspname !~ '^pg_'
      and (relkind = 'r' or relispopulated)
    order by 1
  loop
    begin
      execute format('select count(*) from only %s', one.name) into counted;
      insert into pg_temp.counted values (one.name, counted);
    exception when others then
      insert into pg_temp.counted values (one.name, null, sqlerrm);
    end;
  end loop;
end $$;
select coalesce(string_agg(json_build_object(
  'database', current_database(), 'table', name, 'rows', rows)::text, ','), '') from pg_temp.counted where error is null;
select coalesce(string_agg(json_build_object(
  'name', format('%I: %s can be read', current_database(), name), 'passed', false, 'detail', error)::text, ','), '')
from pg_temp.counted where error is not null;
SQL
}

# Fewer rows than last time may be right; somebody should know.
shrunk_sql() {
  cat <<'SQL'
with before as (
  select * from json_to_recordset(:'previous'::json -> 'tables') as t (database text, "table" text, rows bigint)
), now as (
  select * from json_to_recordset(:'now'::json) as t (database text, "table" text, rows bigint)
)
select coalesce(string_agg(to_json(format('%s: %s had %s rows in the last drill, now %s',
  database, "table", before.rows, coalesce(now.rows::text, 'it is gone')))::text, ','), '')
from before left join now using (database, "table")
where now.rows is null or now.rows < before.rows * 0.8
SQL
}

# The user's own assertions: every value of every row must be true.
judge_sql() {
  cat <<'SQL'
begin;
create function pg_temp.judge(query text) returns text language plpgsql as $$
declare
  answer record;
  value text;
  seen bigint := 0;
begin
  for answer in execute query loop
    seen := seen + 1;
    for value in select one.value from json_each_text(row_to_json(answer)) as one loop
      if value is distinct from 'true' then
        return format('row %s answers %s', seen, coalesce(left(value, 200), 'null'));
      end if;
    end loop;
  end loop;
  return case when seen = 0 then 'it answers no row' else '' end;
exception when others then
  return format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
end $$;
set local transaction_read_only = on;
select coalesce(string_agg(json_build_object('name', name, 'passed', detail = '', 'detail', detail)::text, ','), '') from (
  select format('line %s: %s', one ->> 'line', left(one ->> 'sql', 200)) as name, pg_temp.judge(one ->> 'sql') as detail
  from json_array_elements(:'assertions'::json) as one offset 0
) as judged;
rollback;
SQL
}

[ ! -w "$(dirname "$work")" ] || fail 'this drill is not kept apart from the servers of this host: see how to run it in '"$conf"
# A drill that was killed left its copy.
clean
mkdir -p "$work/socket" "$work/lock" "$work/spool"

# When the cluster last committed something, if its own server knows: an idle cluster loses nothing.
last=$("$bin/psql" -XAtqw -h /var/run/postgresql -p "$port" -d postgres -c "
  select extract(epoch from case when pg_is_in_recovery() then pg_last_xact_replay_timestamp()
    when current_setting('track_commit_timestamp') = 'on' then (pg_last_committed_xact()).timestamp end)" 2>/dev/null) || :

# The cluster's own timeline, as its server here knows it. The repository may have another server's, which is newer.
timeline=$("$bin/psql" -XAtqw -h /var/run/postgresql -p "$port" -d postgres -c "
  select case when pg_is_in_recovery()
    then coalesce((select received_tli from pg_stat_wal_receiver), (select timeline_id from pg_control_checkpoint()))
    else ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int end" 2>/dev/null) || :

note preparing
repository info --log-level-console=off --output=json ${label:+--set="$label"} >"$work/info.json" 2>"$work/restore.log" ||
  fail "the repository cannot be read: $(complaints "$work/restore.log")"
[ -n "$label" ] || label=$(grep -o '"label":"[0-9A-Z_-]*"' "$work/info.json" | tail -n 1 | cut -d '"' -f 4)
[ -n "$label" ] || fail 'there is no backup in the repository'

# The size of the newest backup is that of the cluster, give or take.
size=$(sed -n 's/.*"info":{"delta":[0-9]*,"repository":{[^}]*},"size":\([0-9]*\)}.*/\1/p' "$work/info.json")
# Not counted in awk: some write large numbers as 7.5e+10.
free=$(($(df -Pk "$work" | awk 'NR == 2 { print $4 }') * 1024))
[ "$((${size:-0} / 4 * 5))" -le "$free" ] ||
  fail "not enough room for a copy: $((size / 4 * 5 / 1048576)) MB are needed, $((free / 1048576)) MB are free"

note copying "${size:-0}"
set -- --set="$label"
[ "$type" = default ] || set -- "$@" --type="$type"
[ -z "$target" ] || set -- "$@" --target="$target"
case $type in default) ;; *) set -- "$@" --target-action=promote ;; esac
# Where nobody can say, and at the end of a backup, it is the one that the backup was made on.
case $type in immediate) timeline=current ;; esac
set -- "$@" --target-timeline="${timeline:-current}"
# Tablespaces, too, belong beside: without a map they would be restored over those of the cluster.
repository restore "$@" --archive-mode=off --pg1-path="$data" --lock-path="$work/lock" --spool-path="$work/spool" \
  --tablespace-map-all="$work/mapped" --job-retry=1 --log-level-console=info >"$work/restore.log" 2>&1 9>&- ||
  fail "the backup $label could not be restored:
$(complaints "$work/restore.log")"
copied=$(milliseconds)
bytes=$(($(du -sk "$work" | cut -f 1) * 1024))

# Libraries as on the node, for what they write into WAL; but none that would start jobs by itself.
libraries=$("$bin/postgres" -D "/etc/postgresql/$version/$instance" -C shared_preload_libraries 2>/dev/null |
  tr ',' '\n' | tr -d " \"" | grep -vxE "(.*/)?($job_libraries)(\.so)?|" | paste -sd , -) || libraries=''
control() { "$bin/pg_controldata" -D "$data" | sed -n "s/^$1 setting: *//p"; }
locks=$(control max_locks_per_xact) prepared=$(control max_prepared_xacts)
[ "$locks" -ge 256 ] || locks=256

# Of what ALTER SYSTEM set on the cluster, nothing is for a copy but how far to go. Without hot_standby it needs no settings
# as large as the source's; without background workers, no library works by itself.
: >"$data/postgresql.conf"
mv "$data/postgresql.auto.conf" "$work/auto.conf"
grep -E '^(recovery_target[a-z_]*|restore_command)[ =]' "$work/auto.conf" >"$data/postgresql.auto.conf" || :
cat >>"$data/postgresql.auto.conf" <<SETTINGS
# dbctl: a copy to rehearse with.
listen_addresses = ''
unix_socket_directories = '$work/socket'
unix_socket_permissions = 0700
port = $PGPORT
hba_file = '$data/pg_hba.conf'
ident_file = '$data/pg_ident.conf'
external_pid_file = ''
ssl = off
archive_mode = off
primary_conninfo = ''
primary_slot_name = ''
synchronous_standby_names = ''
hot_standby = off
max_wal_senders = 0
max_worker_processes = 0
max_logical_replication_workers = 0
autovacuum = off
timescaledb.max_background_workers = 0
shared_preload_libraries = '$libraries'
max_connections = 20
max_prepared_transactions = $prepared
max_locks_per_transaction = $locks
shared_buffers = '128MB'
huge_pages = off
restart_after_crash = off
logging_collector = off
log_destination = 'stderr'
log_min_messages = warning
log_line_prefix = ''
log_statement = none
log_connections = off
log_disconnections = off
lc_messages = 'C'
timezone = 'UTC'
statement_timeout = 0
SETTINGS
[ "$version" -lt 17 ] || echo 'event_triggers = off' >>"$data/postgresql.auto.conf"
echo 'local all all peer map=drill' >"$data/pg_hba.conf"
printf 'drill postgres postgres\ndrill postgres "%s"\n' "$admin" >"$data/pg_ident.conf"

[ "$type" != default ] || wal_names >"$work/wal"
note replaying WAL
# It answers when all WAL is replayed and the copy is a primary of its own; without hot_standby, not before.
start() {
  : >"$work/postgres.log"
  "$bin/pg_ctl" start -D "$data" -s -w -t 86400 -l "$work/postgres.log" >/dev/null 2>&1 9>&- || return 1
  # It rejects connections (1) for as long as it replays; one that is not there to be asked is not waited for.
  heard=$(date +%s)
  until "$bin/pg_isready" -q; do
    [ $? -ne 1 ] || heard=$(date +%s)
    "$bin/pg_ctl" status -D "$data" >/dev/null 2>&1 || return 1
    [ $(($(date +%s) - heard)) -lt 60 ] || fail "the copy runs, and did not answer on $PGHOST for a minute"
    sleep 0.2
  done
}
# WAL says when the cluster was given more: from then on, more prepared transactions than fit here may come.
want_limits() {
  [ "$(control max_prepared_xacts)" -gt "$prepared" ] || return 1
  prepared=$(control max_prepared_xacts)
  echo "max_prepared_transactions = $prepared" >>"$data/postgresql.auto.conf"
}
replay() {
  until start; do
    want_limits || want_missing "$work/postgres.log" 2>"$work/refused" || return 1
  done
}
if ! replay; then
  # After the last transaction every moment looks alike: a random one there is the end of the archive.
  state_of_copy=$("$bin/pg_controldata" -D "$data" | sed -n 's/^Database cluster state: *//p')
  { $is_random && [ "$state_of_copy" = 'in archive recovery' ] &&
    printf "recovery_target_time = ''\n" >>"$data/postgresql.auto.conf" && replay; } ||
    fail "PostgreSQL could not replay the WAL after the backup $label:
$(complaints "$work/postgres.log")
$(cat "$work/refused" 2>/dev/null)"
fi
echo 'select 1' | PGDATABASE=postgres sql >/dev/null || fail "the copy does not answer: $(cat "$work/psql.log")"
for link in "$data"/pg_tblspc/*; do
  [ ! -L "$link" ] || case $(place_of "$link") in "$work"/*) ;; *) fail "the copy works on $(readlink "$link")" ;; esac
done
answered=$(milliseconds)
newest=$(echo 'select extract(epoch from pg_last_xact_replay_timestamp())' | PGDATABASE=postgres sql)
[ "$type" != default ] || check_end

note checking what must be there
checks=$({ variable database "$database"; variable roles "$roles"; expected_sql; } | PGDATABASE=postgres sql) ||
  fail "the copy cannot be asked: $(cat "$work/psql.log")"

note counting rows
echo 'select datname from pg_database where datallowconn and not datistemplate order by 1' |
  PGDATABASE=postgres sql >"$work/databases" || fail "the copy cannot be asked: $(cat "$work/psql.log")"
while IFS= read -r PGDATABASE; do
  export PGDATABASE
  found=$(count_sql | sql) || fail "the tables of $PGDATABASE cannot be counted: $(cat "$work/psql.log")"
  tables=$(join "$tables" "$(printf '%s\n' "$found" | sed -n 1p)")
  checks=$(join "$checks" "$(printf '%s\n' "$found" | sed -n 2p)")
done <"$work/databases"

if [ "$type" = default ]; then
  grep -F '"result":"passed"' "$state/drills.jsonl" 2>/dev/null |
    grep -F '"target":{"type":"default"' | tail -n 1 >"$work/previous" || :
  printf '[%s]' "$tables" >"$work/tables"
  [ ! -s "$work/previous" ] ||
    warnings=$({ variable_of previous "$work/previous"; variable_of now "$work/tables"; shrunk_sql; } |
      PGDATABASE=postgres sql) ||
    fail "the copy cannot be asked: $(cat "$work/psql.log")"
fi

# As the owner of the database: what its functions do is done without a superuser's rights.
if [ -s "$assertions" ]; then
  note running the assertions
  judged=$({ variable_of assertions "$assertions"; judge_sql; } | PGUSER=$admin PGDATABASE=$database plain_sql) ||
    fail "the assertions could not be run as $admin: $(cat "$work/psql.log")"
  checks=$(join "$checks" "$judged")
fi

note checking every page
with_checksums=$(echo 'show data_checksums' | PGDATABASE=postgres sql)
"$bin/pg_ctl" stop -D "$data" -s -m fast -t 86400 >/dev/null 2>&1 || fail 'the copy could not be stopped'
if [ "$with_checksums" = on ]; then
  if "$bin/pg_checksums" --check -D "$data" >"$work/checksums.log" 2>&1; then checksums=passed; else
    checksums=failed
    fail "pages of the restored copy are damaged:
$(grep -i 'fail' "$work/checksums.log" | head -n 5)"
  fi
else
  checksums=off
fi

case $checks in
  *'"passed" : false'*) fail 'a check failed' ;;
esac
