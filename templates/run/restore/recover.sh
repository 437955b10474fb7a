#!/bin/sh
# Replays WAL in a restored directory up to its target, in a server that nobody can reach, and ends it cleanly: what is
# left is a data directory on a new timeline that any server can start with, and its tablespaces in tablespaces/OID.
# Runs below system/apart.sh. Exit code 65: PostgreSQL gave up; 66: a tablespace is where it cannot be kept apart. When it
# fails, the staging directory is gone.
# Arguments: bin directory, place aside, final data directory, archive_mode (off: it is a copy), command that fetches WAL.
set -eu
bin=$1 aside=$2 archive_mode=$4 fetch=$5
tablespaces=$3.tablespaces
[ "$archive_mode" = off ] || tablespaces=$tablespaces-$(cat "$aside/stamp")
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
  [ "$code" -eq 66 ] || grep -E 'FATAL|PANIC|DETAIL|HINT|recovery stopping|last completed' "$run/log" | tail -n 12 >&2 || true
  "$bin/pg_ctl" stop -s -m immediate -D "$data" 2>/dev/null || true
  # Workers that have not heard of the end yet may still write there.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    find "$aside" -mindepth 1 -delete 2>/dev/null && break
    sleep 0.5
  done
  : >"$aside/forgotten"
}
trap forget EXIT
trap 'trap - EXIT; exit 143' TERM

. ./../system/lent-paths.sh

control() { "$bin/pg_controldata" -D "$data" | sed -n "s/^$1 setting: *//p"; }
is_recovery='^(recovery_target[a-z_]*|restore_command)[ =]'

# With hot_standby off, the limits of the server that wrote the WAL do not matter. Without archive_command, WAL waits in
# pg_wal until the real server archives it. Nothing works by itself: no subscription, no job, no trigger of a login.
serve() {
  triggers=
  [ "$(cat "$data/PG_VERSION")" -lt 17 ] || triggers='-c event_triggers=off'
  rm -f -- "$run/ended" "$data/postmaster.pid"
  {
    # shellcheck disable=SC2086 # an option of two words, or none
    "$bin/postgres" -D "$data" -c "config_file=$run/empty.conf" -c "hba_file=$run/pg_hba.conf" \
      -c "ident_file=$run/empty.conf" -c "unix_socket_directories=$run" -c listen_addresses= -c port=5432 -c ssl=off \
      -c hot_standby=off -c "archive_mode=$archive_mode" -c archive_command= -c archive_library= \
      -c "restore_command=$fetch" -c "max_prepared_transactions=$prepared" -c "max_locks_per_transaction=$locks" \
      -c shared_preload_libraries= -c max_worker_processes=0 -c max_logical_replication_workers=0 -c autovacuum=off \
      $triggers -c logging_collector=off -c log_destination=stderr -c log_timezone=UTC -c lc_messages=C \
      -c log_statement=none >"$run/log" 2>&1 || true
    : >"$run/ended"
  } &
  until [ "$(sed -n 8p "$data/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]; do
    [ ! -e "$run/ended" ] || return 1
    has_room || exit 28
    sleep 0.2
  done
}

limits() { prepared=$(control max_prepared_xacts) locks=$(control max_locks_per_xact); }
# WAL says when the cluster was given more: from then on, more prepared transactions than fit here may come.
want_limits() {
  [ "$(control max_prepared_xacts)" -gt "$prepared" ] || return 1
  limits
}

if [ ! -e "$aside/stopped" ]; then
  rm -rf -- "$run"
  mkdir -m 700 -- "$run"
  : >"$run/empty.conf"
  echo 'local all postgres peer' >"$run/pg_hba.conf"
  limits
  # What ALTER SYSTEM set on the cluster is not for this server; how far to go is.
  [ -e "$aside/auto.conf" ] || {
    cp -- "$data/postgresql.auto.conf" "$aside/auto.conf-new"
    mv -- "$aside/auto.conf-new" "$aside/auto.conf"
  }
  grep -E "$is_recovery" "$aside/auto.conf" >"$data/postgresql.auto.conf" || true

  want_linked || exit
  until serve; do
    want_limits || want_missing "$run/log" || exit
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
  : >"$aside/stopped"
fi

# The settings are the cluster's again, in a copy as comments: they may name its directories, its jobs, its network. A
# replica that is cloned from this data must not stop where this recovery did.
{
  if [ "$archive_mode" = off ]; then
    grep -vE "$is_recovery|^#|^archive_mode|^ *$" "$aside/auto.conf" |
      sed '1i # ALTER SYSTEM of the cluster, not in force in this copy:
s/^/# /' || true
    echo "max_prepared_transactions = $(control max_prepared_xacts)"
  else
    grep -vE "$is_recovery|^(archive_cleanup_command|recovery_end_command)[ =]" "$aside/auto.conf" || true
  fi
} >"$data/postgresql.auto.conf"

# Where WAL made them is written down: OID and path.
want_linked || exit
[ -d "$aside/tablespaces" ] || mkdir -m 700 -- "$aside/tablespaces"
for link in "$data"/pg_tblspc/*; do
  [ -L "$link" ] || continue
  case $(readlink "$link") in
    "$aside"/* | "$tablespaces"/*) ;;
    *) printf '%s %s\n' "${link##*/}" "$(readlink "$link")" >>"$aside/locations" ;;
  esac
  place=$aside/tablespaces/${link##*/}
  [ -d "$place" ] || mv -T -- "$(place_of "$link")" "$place"
  ln -sfnT -- "$tablespaces/${link##*/}" "$link"
done
printf '%s' "$tablespaces" >"$aside/tablespaces-go-to"

rm -rf -- "$run" "$data/current_logfiles" "$aside/lent"
sync -f "$data"
mv -- "$aside/facts" "$aside/recovered"
