#!/bin/bash
# A function that adds a line to $file in the directory $journal: the time of this host first, then what is given. One writer
# at a time: several nodes may be on one host. Told to sync, it ends when the line is on the disk. One file of full size is
# kept besides the one that is written.
# shellcheck disable=SC2154,SC2174
append() {
  umask 027
  [ -d "$journal" ] || mkdir -p -m 0750 -- "$journal" || return
  {
    flock 8
    [ "$(stat -c %s -- "$file" 2>/dev/null || echo 0)" -lt 1000000 ] || mv -fT -- "$file" "$file.1"
    printf '{"at":%s,%s\n' "$EPOCHREALTIME" "$1" >>"$file" || return
    [ -z "$2" ] || sync -d -- "$file"
  } 8<"$journal"
}
