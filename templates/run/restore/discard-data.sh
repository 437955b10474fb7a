#!/bin/sh
# Takes a data directory away, with what it has in tablespaces and of WAL elsewhere.
# Arguments: data directory, where it goes, whether it is kept there ("keep").
set -eu
. ./../postgres/places.sh
data=$(real "$1")
to=$data${2#"$1"}
if [ "$3" = keep ]; then
  [ ! -e "$data" ] || mv -T -- "$data" "$to"
  set_places_aside "$to" "dbctl-${to##*.}"
else
  if [ -e "$data" ]; then
    remove_data "$to" "$data"
    mv -T -- "$data" "$to"
  fi
  remove_data "$to" "$data"
fi
