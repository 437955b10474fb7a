#!/bin/sh
# Keeps the data and the configuration of a removed node aside, where no server is started with them.
# What it has in tablespaces is kept below their directories, and the kept data leads there.
# A directory that got the configuration and not yet the data is of a run that was cut off.
# Arguments: data directory, directory of the configuration, the place to keep them.
set -eu
. ./../postgres/places.sh
# Beside the data itself, where the directory is a link.
data=$(real "$1") config=$2 kept=$(real "$1")${3#"$1"}
for begun in "$data".removed-*; do
  [ ! -d "$begun" ] || [ -e "$begun/data" ] || kept=$begun
done
install -d -o postgres -g postgres -m 700 "$kept"
if [ -e "$config" ]; then
  rm -rf -- "$kept/config"
  cp -a -- "$config" "$kept/config"
  rm -rf -- "$config"
fi
name=dbctl-${kept##*.}
if [ -e "$data.dbctl-before-reinit" ]; then mv -T -- "$data.dbctl-before-reinit" "$kept/data-before-reinit"; fi
if [ -e "$data" ]; then
  set_places_aside "$data" "$name"
  mv -T -- "$data" "$kept/data"
fi
rm -rf -- "$data".dbctl-*
sync -f "$kept"
systemctl daemon-reload
