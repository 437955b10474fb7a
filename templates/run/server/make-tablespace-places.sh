#!/bin/sh
# Makes the directories of tablespaces that are not there, and gives them to PostgreSQL. What is in them stays.
# Arguments: the directories.
set -eu
for place; do
  dir=$(readlink -m -- "$place")
  [ -d "$dir" ] || mkdir -p -- "$dir"
  chown postgres:postgres -- "$dir"
  chmod 700 -- "$dir"
done
