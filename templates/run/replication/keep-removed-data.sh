#!/bin/sh
# Keeps the data and the configuration of a removed node aside, where no server is started with them.
# A directory that got the configuration and not yet the data is of a run that was cut off.
# Arguments: data directory, directory of the configuration, the place to keep them.
set -eu
data=$1 config=$2 kept=$3
for begun in "$data".removed-*; do
  [ ! -d "$begun" ] || [ -e "$begun/data" ] || kept=$begun
done
install -d -o postgres -g postgres -m 700 "$kept"
if [ -e "$config" ]; then
  rm -rf -- "$kept/config"
  cp -a -- "$config" "$kept/config"
  rm -rf -- "$config"
fi
if [ -e "$data.dbctl-before-reinit" ]; then mv -T -- "$data.dbctl-before-reinit" "$kept/data-before-reinit"; fi
if [ -e "$data" ]; then mv -T -- "$data" "$kept/data"; fi
rm -rf -- "$data".dbctl-*
sync -f "$kept"
systemctl daemon-reload
