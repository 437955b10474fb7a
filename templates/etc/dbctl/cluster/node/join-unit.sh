#!/bin/sh
# Written by dbctl: moves the server of a data directory, with all of its processes, into a unit. Nothing is stopped.
# Arguments: data directory; the unit's control group, where it is not the one of this very process.
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
[ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$1")" ] || exit 0
root=/sys/fs/cgroup
[ -e "$root/cgroup.controllers" ] || root=$root/unified
old=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
own=${2:-$(sed -n 's/^0:://p' /proc/self/cgroup)}
[ "$old" != "$own" ] || exit 0
mkdir -p "$root$own"
# A process that begins meanwhile is in the list of the next round.
for _ in 1 2 3 4 5; do
  # The group goes with the last process.
  [ -r "$root$old/cgroup.procs" ] || exit 0
  while read -r one; do
    case $(readlink "/proc/$one/exe") in */postgres) echo "$one" >"$root$own/cgroup.procs" 2>/dev/null ;; esac
  done <"$root$old/cgroup.procs"
done
:
