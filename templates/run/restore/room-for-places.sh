#!/bin/sh
# Says which tablespaces of restored data do not fit where they go: "DISK FREE NEEDED PATH", in kB, for all of them.
# Arguments: the staging directory, then the backup's tablespaces, each as OID=DIRECTORY.
aside=$1
shift
for one; do
  link=$aside/data/pg_tblspc/${one%%=*} place=${one#*=}
  [ -d "$link" ] || continue
  dir=$(readlink -m -- "$place"); while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
  [ "$(stat -c %d -- "$dir")" != "$(stat -c %d -- "$aside")" ] || continue
  echo "$(stat -c %d -- "$dir") $(df --output=avail -k -- "$dir" | tail -n 1) $(du -skL -- "$link" | cut -f 1) $place"
done
