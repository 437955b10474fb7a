#!/bin/sh
# Begins the start of a server that Patroni keeps. Patroni starts its server itself, but for one that has stopped while it
# is paused: that is told to start, as what it was, so that the node that led goes on without an election.
# Arguments: unit, Patroni's configuration, scope, member, data directory.
if ! systemctl is-active -q -- "$1"
then
  systemctl reset-failed "$1" 2>/dev/null
  exec systemctl start --no-block "$1"
fi
grep -q '"pause": *true' "$5/patroni.dynamic.json" 2>/dev/null || exit 0
exec runuser -u postgres -- patronictl -c "$2" restart --force "$3" "$4"
