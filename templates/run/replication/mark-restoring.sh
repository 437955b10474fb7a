#!/bin/sh
# Marks a data directory as being restored; the mark names the directory of its WAL when pg_wal is a link.
# Arguments: data directory.
set -eu
. ./../postgres/places.sh
data=$(real "$1")
umask 077
wal_of "$data" >"$data.dbctl-restoring"
chown postgres: "$data.dbctl-restoring"
sync -- "$data.dbctl-restoring"
