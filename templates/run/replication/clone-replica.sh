#!/bin/sh
# Clones the primary into a directory aside, verifies every file, and only then gives it its final name.
# Runs as postgres in a transient unit, so it survives the connection that started it.
# Arguments: bin directory, data directory, connection string, slot, compression.
set -eu
bin=$1 data=$2 primary=$3 slot=$4 compress=$5
aside=$data.dbctl-clone

drop_slot() {
  code=$?
  [ "$code" -eq 0 ] && return
  rm -rf -- "$aside"
  # Without a replica behind it, the slot would hold WAL on the primary.
  "$bin/psql" -XAtqw -d "$primary replication=true" -c "DROP_REPLICATION_SLOT $slot" || true
}
trap drop_slot EXIT
trap 'exit 143' TERM

rm -rf -- "$aside"
"$bin/pg_basebackup" -w -D "$aside" -d "$primary" -R -X stream -S "$slot" -c fast --compress="$compress"
"$bin/pg_verifybackup" "$aside"
mv -T -- "$aside" "$data"
sync -f "$data"
