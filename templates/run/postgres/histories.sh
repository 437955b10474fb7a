#!/bin/sh
# Shows the .history files of a data directory, each below a line with its name.
# Arguments: data directory.
for file in "$1"/pg_wal/*.history; do
  [ -e "$file" ] || continue
  echo "history ${file##*/}"
  cat -- "$file"
done
