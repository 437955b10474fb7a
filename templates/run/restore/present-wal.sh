#!/bin/sh
# Names the WAL files that a data directory has itself.
# Arguments: data directory.
for file in "$1"/pg_wal/*; do
  case ${file##*/} in *[!0-9A-F]*) ;; *) [ ! -f "$file" ] || echo "${file##*/}" ;; esac
done
