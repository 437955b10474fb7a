#!/bin/bash
# Says who has the lock of a cluster: "busy", the time, and what the holder says of itself; nothing when it is free.
# Arguments: directory of locks, cluster.
lock=$1/$2.lock holder=$1/$2.holder
. ./see-holder.sh
[ -e "$lock" ] || exit 0
exec 9<"$lock"
for _ in 1 2 3 4 5; do
  flock -n -s 9 && exit 0
  see_holder && break
  said=
  sleep 0.1
done
printf 'busy %s %s\n' "$EPOCHREALTIME" "$said"
