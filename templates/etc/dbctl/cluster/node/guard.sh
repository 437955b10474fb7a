#!/bin/bash
# Written by dbctl for cluster {{ cluster }}; changes made here are lost.
# Run by systemd before each start of PostgreSQL of {{ node }}. A server that led, and whose host was off or cut off, may have
# been replaced by another node meanwhile: data that would start as a primary waits until the nodes that followed it
# have answered. Whoever was promoted has a newer timeline; then this ends with an error, and nothing is started.
# Nothing is changed on any node: they are asked over the login that replicas use.
set -u
node='{{ node }}' bin='{{ bin }}' data='{{ data }}' peers='{{ peers }}'
# There when dbctl, or a person, starts it on purpose; and when it ran since the host booted.
wanted='/run/dbctl-start-{{ instance }}' ran='/run/dbctl-ran-{{ instance }}'
patience=30
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; }
for name in $(env | sed -n 's/^\(PG[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done

start() {
  : 2>/dev/null >"$ran"
  rm -f -- "$wanted" 2>/dev/null
  exit 0
}

control() { LC_ALL=C "$bin/pg_controldata" -D "$data" 2>/dev/null | sed -n "s/^$1: *//p"; }

# The newest of its control file, and of what it knows of timelines: one that was promoted last may not stand in the file yet.
own_timeline() {
  local newest file
  newest=$(control "Latest checkpoint's TimeLineID")
  for file in "$data"/pg_wal/*.history; do
    file=${file##*/}
    [[ $file =~ ^([0-9A-F]{8})\.history$ ]] || continue
    [ $((16#${BASH_REMATCH[1]})) -le "${newest:-0}" ] || newest=$((16#${BASH_REMATCH[1]}))
  done
  echo "${newest:-0}"
}

# "refused": the host answers, and no server. "starting": one does not say more yet. "silent": nobody is seen.
connect() {
  local said
  # shellcheck disable=SC2016 # text for another shell
  if said=$(LC_ALL=C timeout 3 bash -c ': <"/dev/tcp/$1/$2"' bash "$1" "$2" 2>&1); then echo starting
  elif [[ $said == *'Connection refused'* ]]; then echo refused
  else echo silent
  fi
}

# What a node says: "newer TIMELINE", "writes TIMELINE", "follows", or why it says nothing.
ask() {
  local answer system timeline
  if ! answer=$(as_postgres timeout 10 "$bin/psql" -XAtqw -F ' ' -d "$3" -c 'IDENTIFY_SYSTEM' -c 'SHOW in_hot_standby' 2>/dev/null); then
    connect "$1" "$2"
    return
  fi
  read -r system timeline _ <<<"$answer"
  if [ "$system" != "$own_system" ]; then echo follows
  elif [ "$timeline" -gt "$own" ]; then echo "newer $timeline"
  elif [ "${answer##*$'\n'}" = off ]; then echo "writes $timeline"
  else echo follows
  fi
}

refuse() {
  echo "not started: $1, and the data here is on timeline $own: that node took over while this one was away."
  echo "To give $node the data of the one that leads, where .env.cluster is: dbctl reinit ${node#*/}"
  echo "Only if this one shall take writes all the same: stop the other, then: touch $wanted && systemctl start postgresql@{{ instance }}"
  exit 1
}

# One line for each node that was made, because only that follows this one, and has a slot here: "pg2 (10.0.0.12) follows".
ask_all() {
  local name slot host port login
  while IFS='|' read -r name slot host port login; do
    [ ! -d "$data/pg_replslot/$slot" ] || printf '%s (%s) %s\n' "$name" "$host" "$(ask "$host" "$port" "$login")" &
  done < <(grep -v '^#' "$peers")
  wait
}

said=-60
while :; do
  [ ! -e "$data/standby.signal" ] || start
  # One that was left by a start that did not come about says nothing.
  [ -z "$(find "$wanted" -mmin -10 2>/dev/null)" ] || start
  own=$(own_timeline) own_system=$(control 'Database system identifier')
  answers=$(ask_all)
  [ -n "$answers" ] || start
  while read -r name host what timeline; do
    case $what in
      newer) refuse "$name $host is on timeline $timeline" ;;
      writes) refuse "$name $host takes writes, on timeline $timeline" ;;
    esac
  done <<<"$answers"
  [ ! -e "$ran" ] || start
  # Who is about to start may say more in a moment; who does not is no reason to wait for ever, and who is out of sight may lead.
  if ! grep -qE ' (refused|starting)$' <<<"$answers"; then
    ! grep -q ' follows$' <<<"$answers" || start
  elif [ "$SECONDS" -ge "$patience" ]; then
    start
  fi
  if [ $((SECONDS - said)) -ge 60 ]; then
    echo "waiting for an answer of $(awk '{ print $1, $2 }' <<<"$answers" | sort | paste -sd ,): another node may have taken over while this one was away."
    echo "It starts as soon as one of them is there. To start it now, when no other node leads: dbctl restart ${node#*/}; or here: touch $wanted"
    said=$SECONDS
  fi
  sleep 1
done
