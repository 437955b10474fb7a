#!/bin/sh
# The control file of a replica that is to be started, or that was started with more than .env.cluster says: what its primary ran
# with where its data ends. Nothing for a primary, and for a replica that runs without that.
# Arguments: data directory, directory of the programs, its settings, the line in them that says that it has more.
[ -e "$1/standby.signal" ] || exit 0
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$1")" ]; then
  grep -qxF "$4" "$3" || exit 0
fi
# No server starts with one that cannot be read: such data is about to be replaced.
LC_ALL=C "$2/pg_controldata" -D "$1" 2>/dev/null || :
