#!/bin/sh
# Makes a replica's data from a backup in a directory aside, and only then gives it its final name; a data directory that
# is marked as being restored is put right in place. pgBackRest verifies every file that it restores or leaves.
# Runs as postgres in a transient unit, so it survives the connection that started it.
# Arguments: bin directory, data directory, connection string, slot, lines for postgresql.auto.conf, then pgbackrest's argv.
set -eu
bin=$1 data=$2 primary=$3 slot=$4 settings=$5
shift 5
mark=$data.dbctl-restoring
aside=$data.dbctl-clone
[ ! -e "$mark" ] || aside=$data

drop_slot() {
  code=$?
  [ "$code" -eq 0 ] && return
  [ -e "$mark" ] || rm -rf -- "$aside"
  # Without a replica behind it, the slot would hold WAL on the primary.
  "$bin/psql" -XAtqw -d "$primary replication=true" -c "DROP_REPLICATION_SLOT $slot" || true
}
trap drop_slot EXIT
trap 'exit 143' TERM

# What is there already, from a restore that was cut off or a replica that broke, is compared instead of fetched anew.
# pgBackRest does so only in what it knows for a data directory.
delta=--delta
if [ ! -e "$aside/PG_VERSION" ] && [ ! -e "$aside/backup.manifest" ]; then
  rm -rf -- "$aside"
  mkdir -m 700 -- "$aside"
  delta=--no-delta
fi
rm -f -- "$aside/postmaster.pid"
"$@" "$delta" --type=standby --pg1-path="$aside" restore

# Where WAL comes from is written in conf.d, for good; what stands here would win over it.
auto=$aside/postgresql.auto.conf
sed -i -E '/^(# (Removed|Recovery settings generated) by pgBackRest|(restore_command|primary_conninfo|primary_slot_name|recovery_target\w*) *=)/d' "$auto"
printf '%s\n' "$settings" >>"$auto"
sync -f "$aside"
[ -e "$mark" ] || mv -T -- "$aside" "$data"
sync -f "$data"
rm -f -- "$mark"
