#!/bin/sh
# Keeps what a server that is gone has left in the directories of tablespaces, in a directory below each.
# Arguments: the directories.
set -eu
. ./../postgres/places.sh
stamp=$(date -u +%Y%m%d-%H%M%S)
for place; do
  kept=$place/dbctl-kept-$stamp
  mkdir -m 700 -- "$kept"
  chown postgres:postgres -- "$kept"
  entries_of "$place" | { grep '^PG_[0-9]*_[0-9]*$' || :; } | move_entries "$place" "$kept"
  sync -f "$kept"
done
