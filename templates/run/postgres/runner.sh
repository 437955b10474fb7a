#!/bin/sh
# The unit that runs the server of a data directory. Where none runs: Patroni's, when its configuration is there, which
# would start one.
# Arguments: data directory, Patroni's configuration, Patroni's unit.
# A file that was left behind may hold the number of any process; the server's own works in its data directory.
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$1")" ]
then sed -n 's,^0::.*/\([^/]*\.\(service\|scope\)\).*,\1,p' "/proc/$pid/cgroup"
elif [ -e "${2:-}" ]; then echo "$3"; fi
