#!/bin/sh
# Replays WAL in a restored directory up to its target, in a server that nobody can reach, and ends it cleanly: what is
# left is a data directory on a new timeline that any server can start with.
# Runs as postgres in a transient unit. Exit code 65: PostgreSQL gave up. When it fails, the staging directory is gone.
# Arguments: bin directory, place aside, archive_mode, command that fetches WAL.
set -eu
bin=$1 aside=$2 archive_mode=$3 fetch=$4
data=$aside/data run=$aside/run
[ ! -e "$aside/recovered" ] || exit 0

# The disk is that of a server that runs: long before it is full, this gives up. 5 %, at most 256 MB.
reserve=$(df --output=size -k "$(dirname "$aside")" | awk 'NR == 2 { r = $1 / 20; print int(r < 262144 ? r : 262144) }')
has_room() {
  left=$(df --output=avail -k "$(dirname "$aside")" | tail -n 1)
  [ "$left" -ge "$reserve" ] && return
  echo "only $((left / 1024)) MB are left on the disk of $aside: given up, before the disk is full" >&2
  return 1
}

forget() {
  code=$?
  [ "$code" -ne 0 ] || return 0
  grep -E 'FATAL|PANIC|DETAIL|HINT|recovery stopping|last completed' "$run/log" | tail -n 12 >&2 || true
  "$bin/pg_ctl" stop -s -m immediate -D "$data" 2>/dev/null || true
  # Workers that have not heard of the end yet may still write there.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf -- "$aside" 2>/dev/null && break
    sleep 0.5
  done
}
trap forget EXIT
trap 'trap - EXIT; exit 143' TERM

rm -rf -- "$run" "$data/postmaster.pid"
mkdir -m 700 -- "$run"
: >"$run/empty.conf"
echo 'local all postgres peer' >"$run/pg_hba.conf"
prepared=$("$bin/pg_controldata" -D "$data" | sed -n 's/^max_prepared_xacts setting: *//p')

# With hot_standby off, the limits of the server that wrote the WAL do not matter. Without archive_command, WAL waits in
# pg_wal until the real server archives it.
{
  "$bin/postgres" -D "$data" -c "config_file=$run/empty.conf" -c "hba_file=$run/pg_hba.conf" \
    -c "ident_file=$run/empty.conf" -c "unix_socket_directories=$run" -c listen_addresses= -c port=5432 -c ssl=off \
    -c hot_standby=off -c "archive_mode=$archive_mode" -c archive_command= -c archive_library= \
    -c "restore_command=$fetch" -c "max_prepared_transactions=${prepared:-0}" -c shared_preload_libraries= \
    -c logging_collector=off -c log_destination=stderr -c log_timezone=UTC -c lc_messages=C -c log_statement=none \
    >"$run/log" 2>&1 || true
  : >"$run/ended"
} &
until [ "$(sed -n 8p "$data/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]; do
  [ ! -e "$run/ended" ] || exit 65
  has_room || exit 28
  sleep 0.2
done

# Where recovery ended is remembered only by the server that did it.
[ -e "$aside/facts" ] || {
  "$bin/psql" -XAtqw -h "$run" -p 5432 -d postgres -v ON_ERROR_STOP=1 -c "select json_build_object(
    'at', extract(epoch from pg_last_xact_replay_timestamp()), 'lsn', pg_last_wal_replay_lsn(),
    'timeline', (select timeline_id from pg_control_checkpoint()))" >"$aside/facts-new"
  mv -- "$aside/facts-new" "$aside/facts"
}
"$bin/pg_ctl" stop -s -w -t 86400 -m fast -D "$data"
wait
# A replica that is cloned from this data must not stop where this recovery did.
sed -i -E '/^(recovery_target\w*|restore_command|archive_cleanup_command|recovery_end_command)\b/d' "$data/postgresql.auto.conf"
rm -rf -- "$run" "$data/current_logfiles"
sync -f "$data"
mv -- "$aside/facts" "$aside/recovered"
