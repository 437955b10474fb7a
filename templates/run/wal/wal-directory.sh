#!/bin/sh
# Says what is in pg_wal, whether a server runs or not.
# Argument: data directory.
wal=$(readlink -e "$1/pg_wal") || { echo none; exit 0; }
find "$wal" -maxdepth 1 -type f -printf '%s\n' | awk '{ bytes += $1 } END { printf "wal=%.0f %d\n", bytes, NR }'
echo "waiting=$(find "$wal/archive_status" -maxdepth 1 -name '*.ready' | wc -l)"
df -PB1 "$wal" | awk 'NR == 2 { print "disk=" $2 " " $4 }'
find "$1/pg_replslot" -mindepth 1 -maxdepth 1 -type d -printf 'slot=%f\n'
