#!/bin/sh
# Says how Patroni's unit is doing, and which server of a data directory runs.
# Arguments: unit, data directory.
systemctl show --property=ActiveState -- "$1"
pid=$(head -n 1 "$2/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$2")" ]
then echo "server=yes"; echo "run=$pid $(cut -d ' ' -f 22 "/proc/$pid/stat")"
else echo "server=no"; echo "run="; fi
