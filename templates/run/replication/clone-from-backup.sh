#!/bin/sh
# Makes a replica's data from a backup in a directory aside, and only then gives it its final name; a data directory that
# is marked as being restored is put right in place. pgBackRest verifies every file that it restores or leaves.
# Tablespaces, and WAL that was on a disk of its own, are made below their directories and moved up with it.
# Runs as postgres in a transient unit, so it survives the connection that started it.
# Arguments: bin directory, data directory, connection string, slot, lines for postgresql.auto.conf, the backup's
# tablespaces as "OID=DIRECTORY" lines in one word, then pgbackrest's argv.
set -eu
. ./../postgres/places.sh
bin=$1 named=$2 data=$(real "$2") primary=$3 slot=$4 settings=$5 tablespaces=$6
shift 6
mark=$data.dbctl-restoring kept=$data.dbctl-before-reinit made=dbctl-clone
# From here on a run goes on where another one was cut off.
complete=$data.dbctl-complete
aside=$data.dbctl-clone
[ ! -e "$mark" ] || aside=$data

drop_slot() {
  code=$?
  [ "$code" -eq 0 ] && return
  [ -e "$mark" ] || [ -e "$complete" ] || remove_made "$aside" "$made"
  # Without a replica behind it, the slot would hold WAL on the primary.
  "$bin/psql" -XAtqw -d "$primary replication=true" -c "DROP_REPLICATION_SLOT $slot" || true
}
trap drop_slot EXIT
trap 'exit 143' TERM

# Leads pg_wal to the directory that it was in; pgBackRest restores it as an empty one.
move_wal() {
  [ -n "$2" ] && [ ! -L "$1/pg_wal" ] || return 0
  rm -rf -- "${2:?}/$made" "${2:?}/dbctl-taking-place"
  cp -a -- "$1/pg_wal" "$2/$made"
  rm -rf -- "$1/pg_wal"
  ln -s -- "$2" "$1/pg_wal"
}

if [ -e "$mark" ] || [ ! -e "$aside/PG_VERSION" ]; then rm -f -- "$complete"; fi
if [ ! -e "$complete" ]; then
  # What is there already, from a restore that was cut off or a replica that broke, is compared instead of fetched anew.
  # pgBackRest does so only in what it knows for a data directory.
  delta=--delta
  if [ ! -e "$aside/PG_VERSION" ] && [ ! -e "$aside/backup.manifest" ]; then
    remove_made "$aside" "$made"
    mkdir -m 700 -- "$aside"
    delta=--no-delta
  fi
  rm -f -- "$aside/postmaster.pid"
  if [ -e "$mark" ]; then
    # The mark names the directory of WAL: pgBackRest takes the link away.
    wal=$(cat "$mark")
  else
    wal=$(wal_of "$kept")
    [ -n "$wal" ] || [ -e "$kept" ] || wal=$(noted_wal "$named")
    # A subshell's lines become words.
    while IFS='=' read -r oid place; do
      [ -z "$oid" ] || {
        [ "$delta" = --delta ] || rm -rf -- "${place:?}/$made"
        mkdir -p -- "$place/$made"
        set -- "$@" "--tablespace-map=$oid=$place/$made"
      }
    done <<LINES
$tablespaces
LINES
  fi
  "$@" "$delta" --type=standby --pg1-path="$aside" restore
  move_wal "$aside" "$wal"

  # Where WAL comes from is written in conf.d, for good; what stands here would win over it.
  auto=$aside/postgresql.auto.conf
  sed -i -E '/^(# (Removed|Recovery settings generated) by pgBackRest|(restore_command|primary_conninfo|primary_slot_name|recovery_target\w*) *=)/d' "$auto"
  printf '%s\n' "$settings" >>"$auto"
  lead_to_places "$aside"
  [ -e "$mark" ] || : >"$complete"
  sync -f "$aside"
fi
if [ -e "$mark" ]; then
  wal=$(wal_of "$data")
  [ -z "$wal" ] || {
    take_place "$wal" "$made" dbctl-removed wal
    rm -rf -- "${wal:?}/dbctl-removed"
  }
else
  keep=dbctl-before-reinit
  # What is there without data of which it is known to be is not removed later.
  [ -e "$kept" ] || keep=dbctl-kept-$(date -u +%Y%m%dT%H%M%SZ)
  take_places "$aside" "$made" "$keep"
  mv -T -- "$aside" "$data"
fi
sync -f "$data"
rm -f -- "$mark" "$complete"
