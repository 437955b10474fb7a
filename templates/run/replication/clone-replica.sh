#!/bin/sh
# Clones the primary into a directory aside, verifies every file, and only then gives it its final name.
# Tablespaces, and WAL that was on a disk of its own, are made below their directories and moved up with it.
# Runs as postgres in a transient unit, so it survives the connection that started it.
# Arguments: bin directory, data directory, connection string, slot, compression, then the directories of tablespaces.
set -eu
. ./../postgres/places.sh
bin=$1 named=$2 data=$(real "$2") primary=$3 slot=$4 compress=$5
shift 5
aside=$data.dbctl-clone kept=$data.dbctl-before-reinit made=dbctl-clone
# From here on a run goes on where another one was cut off.
complete=$data.dbctl-complete

drop_slot() {
  code=$?
  [ "$code" -eq 0 ] && return
  [ -e "$complete" ] || remove_made "$aside" "$made"
  # Without a replica behind it, the slot would hold WAL on the primary.
  "$bin/psql" -XAtqw -d "$primary replication=true" -c "DROP_REPLICATION_SLOT $slot" || true
}
trap drop_slot EXIT
trap 'exit 143' TERM

[ -e "$aside/PG_VERSION" ] || rm -f -- "$complete"
if [ ! -e "$complete" ]; then
  remove_made "$aside" "$made"
  count=$#
  for place; do
    rm -rf -- "${place:?}/$made"
    escaped=$(printf %s "$place" | sed 's/=/\\=/g')
    set -- "$@" "--tablespace-mapping=$escaped=$escaped/$made"
  done
  shift "$count"
  wal=$(wal_of "$kept")
  [ -n "$wal" ] || [ -e "$kept" ] || wal=$(noted_wal "$named")
  if [ -n "$wal" ]; then
    rm -rf -- "${wal:?}/$made"
    set -- "$@" "--waldir=$wal/$made"
  fi
  "$bin/pg_basebackup" -w -D "$aside" -d "$primary" -R -X stream -S "$slot" -c fast --compress="$compress" "$@"
  "$bin/pg_verifybackup" "$aside"
  lead_to_places "$aside"
  : >"$complete"
  sync -f "$aside"
fi
# What is there without data of which it is known to be is not removed later.
keep=dbctl-before-reinit
[ -e "$kept" ] || keep=dbctl-kept-$(date -u +%Y%m%dT%H%M%SZ)
take_places "$aside" "$made" "$keep"
mv -T -- "$aside" "$data"
sync -f "$data"
rm -f -- "$complete"
