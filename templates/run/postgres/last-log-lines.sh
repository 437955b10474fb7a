#!/bin/sh
# Says the last lines of a unit's journal, and of the server's newest log file. Who came over the local socket, dbctl itself
# above all, is left out: it would push out what matters. So would the place in the source that every message has.
# Arguments: unit, beginning of the paths of log files, number of lines.
echo "journal of $1:"
journalctl -qu "$1" -n "$3" -o cat 2>/dev/null | tail -n "$3"
# shellcheck disable=SC2012 # a time is asked for, and names are ours
newest=$(ls -t "$2"*.log 2>/dev/null | head -n 1)
[ -z "$newest" ] && exit
echo "$newest:"
grep -Ev '\[local\].* LOG:  ([0-9A-Z]{5}: )?(dis)?connection| LOCATION:  ' "$newest" | tail -n "$3"
