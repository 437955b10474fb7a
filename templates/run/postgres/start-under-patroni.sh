#!/bin/sh
# Begins the start of a server that Patroni keeps. Patroni starts its server itself, but for one that has stopped while it
# is paused: that is told to start, as what it was, so that the node that led goes on without an election.
# Arguments: unit, Patroni's configuration, scope, member, data directory.
if ! systemctl is-active -q -- "$1"
then
  systemctl reset-failed "$1" 2>/dev/null
  systemctl start --no-block "$1"
fi
grep -q '"pause": *true' "$5/patroni.dynamic.json" 2>/dev/null || exit 0
# A Patroni that has just begun is a member a moment later.
deadline=$(($(date +%s) + 60))
until said=$(runuser -u postgres -- patronictl -c "$2" restart --force "$3" "$4" 2>&1)
do
  [ "$(date +%s)" -lt "$deadline" ] || { printf '%s\n' "$said" >&2; exit 1; }
  sleep 1
done
