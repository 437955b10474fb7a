#!/bin/sh
# Removes the data that was kept aside before a reinit, with what it has elsewhere, and nothing that the new data has.
# Arguments: data directory.
set -eu
. ./../postgres/places.sh
data=$(real "$1")
kept=$data.dbctl-before-reinit
version=$(cat "$kept/PG_VERSION" 2>/dev/null || :)
tablespaces_of "$kept" | while read -r place; do
  rm -rf -- "${place:?}/dbctl-before-reinit"
  if [ -z "$version" ] || [ ! -e "$data/PG_VERSION" ]; then continue; fi
  # A tablespace that was dropped meanwhile may have nobody else.
  uses "$data" "$place" || [ -n "$(other_user "$kept" "$place")" ] || content_of "$place" "$version" | while read -r entry; do rm -rf -- "${place:?}/$entry"; done
done
wal=$(wal_of "$kept")
[ -z "$wal" ] || rm -rf -- "${wal:?}/dbctl-before-reinit"
rm -rf -- "$kept"
