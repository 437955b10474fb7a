#!/bin/sh
# Restores a backup into a directory aside, which nobody else knows, and goes on where an earlier run was interrupted.
# Runs below system/apart.sh in a transient unit, so it survives the connection that started it.
# Arguments: place aside, what it is for (one line), label of the backup, then the argv of pgbackrest.
set -eu
aside=$1 request=$2 label=$3
shift 3
data=$aside/data

# The disk is that of a server that runs: long before it is full, this gives up. 5 %, at most 256 MB.
reserve=$(df --output=size -k "$(dirname "$aside")" | awk 'NR == 2 { r = $1 / 20; print int(r < 262144 ? r : 262144) }')
has_room() {
  left=$(df --output=avail -k "$(dirname "$aside")" | tail -n 1)
  [ "$left" -ge "$reserve" ] && return
  echo "only $((left / 1024)) MB are left on the disk of $aside: given up, before the disk is full" >&2
  return 1
}

watch=
forget() {
  code=$?
  [ -z "$watch" ] || kill "$watch" 2>/dev/null || true
  [ "$code" -ne 0 ] || return 0
  # Workers that have not heard of the end yet may still write there.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    find "$aside" -mindepth 1 -delete 2>/dev/null && break
    sleep 0.5
  done
  : >"$aside/forgotten"
}
trap forget EXIT
trap 'trap - EXIT; exit 143' TERM

if [ "$(cat "$aside/request" 2>/dev/null)" != "$request" ]; then
  find "$aside" -mindepth 1 -delete
  mkdir -m 700 -- "$aside/data" "$aside/lock" "$aside/spool"
  date -u +%Y%m%dT%H%M%SZ >"$aside/stamp"
  printf '%s\n' "$request" >"$aside/request-new"
  mv -T -- "$aside/request-new" "$aside/request"
fi
[ ! -e "$aside/restored" ] || exit 0

# Files that are there already are compared by checksum instead of being fetched again.
delta=--delta
if [ ! -e "$data/backup.manifest" ]; then
  rm -rf -- "$data"
  mkdir -m 700 -- "$data"
  delta=--no-delta
fi
printf '%s\n' "$label" >"$aside/label"
"$@" "$delta" --pg1-path="$data" --lock-path="$aside/lock" --spool-path="$aside/spool" restore &
work=$!
{
  while has_room; do sleep 0.3; done
  kill "$work"
} &
watch=$!
wait "$work"
sync -f "$data"
: >"$aside/restored"
