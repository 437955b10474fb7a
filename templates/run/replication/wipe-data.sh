#!/bin/sh
# Removes the data, the configuration and the logs of a node. What was kept of earlier nodes stays.
# The data goes from its place in one move: half of it would look like data of which nobody knows what it has. The
# configuration goes last, because what is left is found by it.
# Arguments: data directory, directory of the configuration, beginning of the names of log files.
set -eu
. ./../postgres/places.sh
data=$(real "$1") config=$2 log=/var/log/postgresql/$3
for copy in "$data.dbctl-clone" "$data.dbctl-before-reinit"; do
  tablespaces_of "$copy" | while read -r place; do rm -rf -- "${place:?}/dbctl-clone" "${place:?}/dbctl-before-reinit"; done
  wal=$(wal_of "$copy")
  [ -z "$wal" ] || rm -rf -- "${wal:?}/dbctl-clone" "${wal:?}/dbctl-before-reinit"
done
wiped=$data.dbctl-wiped
if [ -e "$data" ]; then
  remove_data "$wiped" "$data"
  mv -T -- "$data" "$wiped"
fi
remove_data "$wiped"
rm -rf -- "$data".dbctl-*
rm -f -- "$log".log* "$log"-???.log
rm -rf -- "$config"
systemctl daemon-reload
