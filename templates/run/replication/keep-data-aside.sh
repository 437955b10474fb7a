#!/bin/sh
# Keeps a replica's data aside, in one move. A restore in place that was cut off ends here.
# What it has in tablespaces stays there until new data takes that place.
# Arguments: data directory.
set -eu
. ./../postgres/places.sh
data=$(real "$1")
if [ -e "$data.dbctl-restoring" ]; then
  wal=$(cat "$data.dbctl-restoring")
  if [ -n "$wal" ] && [ ! -L "$data/pg_wal" ]; then
    rm -rf -- "$data/pg_wal"
    ln -s -- "$wal" "$data/pg_wal"
  fi
  rm -f -- "$data.dbctl-restoring"
fi
mv -T -- "$data" "$data.dbctl-before-reinit"
