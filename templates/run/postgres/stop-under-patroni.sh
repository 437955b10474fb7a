#!/bin/sh
# Ends Patroni and its server. While Patroni is paused it leaves its server running.
# Arguments: Patroni's unit, data directory, directory of PostgreSQL's programs.
set -eu
systemctl stop -- "$1"
systemctl reset-failed -- "$1" 2>/dev/null || :
pid=$(head -n 1 "$2/postmaster.pid" 2>/dev/null || :)
[ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$2")" ] || exit 0
exec runuser -u postgres -- "$3/pg_ctl" stop -w -t 3600 -m fast -s -D "$2"
