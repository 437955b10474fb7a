#!/bin/sh
# Gives restored data its place. What was there is kept beside it, under the time of the restore.
# Arguments: the staging directory, the data directory.
set -eu
aside=$1 data=$2
[ -e "$aside/data" ] || exit 0
[ -e "$aside/recovered" ]
if [ -e "$data" ] && ! rmdir -- "$data" 2>/dev/null; then
  kept=$data.before-restore-$(cat "$aside/stamp")
  if [ -e "$kept" ]; then
    echo "both $data and $kept exist: somebody made new data meanwhile" >&2
    exit 1
  fi
  mv -T -- "$data" "$kept"
fi
mv -T -- "$aside/data" "$data"
sync -f "$data"
