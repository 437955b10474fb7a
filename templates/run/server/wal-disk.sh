#!/bin/sh
# Says where a node's WAL is, or will be when its data is there (again): the directory where it has one of its own, and the
# size of its file system.
# Argument: data directory.
. ./../postgres/places.sh
data=$(real "$1")
for one in "$data" "$data.dbctl-before-reinit"; do
  [ ! -e "$one/pg_wal" ] || { wal=$(wal_of "$one") dir=${wal:-$one}; break; }
done
if [ -z "$dir" ]; then
  wal=$(cat "$data.dbctl-restoring" 2>/dev/null) || wal=$(noted_wal "$1")
  dir=${wal:-$data}
fi
echo "wal=$wal"
while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
df -Pk -- "$dir"
