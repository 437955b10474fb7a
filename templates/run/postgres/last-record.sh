#!/bin/sh
# Says which record a data directory has last before a position of its WAL. Nothing when that cannot be read.
# Arguments: directory of the programs, data directory, size of a WAL file, timeline, position.
. ./wal-positions.sh
file=$(file_before "$5" "$3")
# The first record of a file may begin in the one before.
for from in "$file" "$(file_before "$file" "$3")"; do
  record=$(dump "$4" "$from" -e "$5" | tail -n 1)
  [ -z "$record" ] || break
done
printf '%s\n' "$record"
