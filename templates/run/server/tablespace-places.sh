#!/bin/sh
# Says what is in the directories that tablespaces of a node will be in: "place=DISK STATE PATH", and "seen=…" of the last.
# Arguments: data directory, then the directories.
. ./../postgres/places.sh
data=$(real "$1")
shift
on_disk() {
  dir=$(real "$1"); while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
  echo "$(df -Pk -- "$dir" | awk 'NR == 2 { print $2 " " $4 }') $(stat -c %d -- "$dir")"
}
# Data of the node itself, wherever it has been put.
is_own() {
  for own in "$data" "$data".dbctl-*; do [ -d "$own/pg_tblspc" ] && uses "$own" "$1" && return; done
  return 1
}
for place; do
  dir=$(real "$place")
  # What was put away by name is of no concern.
  seen=$(entries_of "$dir" | grep -v '\.old$' | head -n 5 | tr '\n' ' ')
  if [ ! -e "$dir" ]; then state=absent
  elif [ ! -d "$dir" ]; then state=foreign seen='a file'
  elif other=$(other_user "$data" "$place" | head -n 1) && [ -n "$other" ]; then state=foreign seen="a tablespace of the server in $other"
  elif is_own "$place"; then state=ours
  elif [ -z "$seen" ]; then state=empty
  elif entries_of "$dir" | grep -v '\.old$' | grep -qv '^PG_[0-9]*_[0-9]*$'; then state=foreign
  else state=orphan; fi
  echo "place=$(on_disk "$place") $state $(stat -c %U -- "$dir" 2>/dev/null || echo none) $place"
  echo "seen=$seen"
done
