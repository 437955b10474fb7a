#!/bin/sh
# The unit that runs the server of a data directory; nothing when none runs.
# A file that was left behind may hold the number of any process; the server's own works in its data directory.
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
[ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$1")" ] || exit 0
sed -n 's,^0::.*/\([^/]*\.\(service\|scope\)\).*,\1,p' "/proc/$pid/cgroup"
