#!/bin/sh
# Says the last lines of a unit's journal, and of the server's newest log file. Who came over the local socket, dbctl itself
# above all, is left out: it would push out what matters. So would the place in the source that every message has.
# Arguments: unit, beginning of the paths of log files, directories of the programs, the configuration and the data, number
# of lines.
. ./log-files.sh
echo "journal of $1:"
# Patroni says every few seconds that nothing happened: of those in a row, the last one is enough.
journalctl -qu "$1" -n $(($6 * 40)) -o cat 2>/dev/null |
  awk '/ INFO: no action\. / { held = $0; next } held { print held; held = "" } { print } END { if (held) print held }' |
  tail -n "$6"
said=$(syslog_lines "$3" "$4" -n "$6")
[ -z "$said" ] || printf 'journal of PostgreSQL:\n%s\n' "$said"
newest=$(log_files "$2" "$3" "$4" "$5")
# Beside a log of the server's own, the one of pg_ctl says only where that is.
case $("$3/postgres" -C logging_collector -D "$4" 2>/dev/null) in
  on) newest=$(echo "$newest" | grep -vxF "$2.log") ;;
esac
newest=$(echo "$newest" | head -n 1)
[ -z "$newest" ] && exit
echo "$newest:"
grep -Ev '\[local\].* (LOG:  ([0-9A-Z]{5}: )?(dis)?connection|FATAL:  (57P03: )?the database system)| LOCATION:  ' "$newest" | tail -n "$6"
