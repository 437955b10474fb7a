#!/bin/sh
# Says why the last start of a server ended: its FATAL and PANIC messages since then with what belongs to them, whichever log
# they stand in. Refused logins, which are FATAL too, are left out.
# Arguments: unit, beginning of the paths of log files, directories of the programs, the configuration and the data.
. ./log-files.sh
began=$(date -d "$(systemctl show --property=InactiveExitTimestamp -- "$1" | cut -d = -f 2)" +%s 2>/dev/null) || began=0
pick() {
  awk -v began="$(date -u -d "@$began" '+%Y-%m-%d %H:%M:%S')" '
    /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] .* (UTC|GMT) / { isOld = substr($0, 1, 19) < began }
    isOld || /LOCATION:  / { next }
    / (DETAIL|HINT|CONTEXT):  / { if (isPart) { said[++count] = $0; ends[count] = ends[count - 1] } next }
    { isPart = 0 }
    /the database system is|terminating (walreceiver|background|connection|logical)|role "root"|[ ,]db=|password authentication failed|no pg_hba.conf entry/ { next }
    / (FATAL|PANIC):  |,(FATAL|PANIC),|"error_severity":"(FATAL|PANIC)"/ { said[++count] = $0; ends[count] = 1; isPart = 1; next }
    # Of the programs that start it.
    /^(pg_ctl|Error): / && !/could not start server|exited with status/ { said[++count] = $0; ends[count] = 1; next }
    / (ERROR|LOG|WARNING):  .*(invalid value for|unrecognized configuration|could not (open|access|load|bind|create|map|translate)|outside the valid|syntax error in file|Is another postmaster)/ {
      said[++count] = $0; isPart = 1
    }
    END {
      for (first = 1; first >= 0; first--) for (at = 1; at <= count; at++) if (ends[at] + 0 == first) {
        line = said[at]
        if (line !~ /^"?[{]/) sub(/^.* (FATAL|PANIC|ERROR|LOG|WARNING|DETAIL|HINT|CONTEXT):  /, substr(line, match(line, /(FATAL|PANIC|ERROR|LOG|WARNING|DETAIL|HINT|CONTEXT):  /), RLENGTH), line)
        sub(/:  [0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]: /, ": ", line)
        sub(/:  /, ": ", line)
        if (!seen[line]++ && shown++ < 8) print line
      }
    }'
}
{
  log_files "$2" "$3" "$4" "$5" | head -n 4 | while read -r file; do
    [ "$(stat -c %Y -- "$file")" -lt "$began" ] || tail -n 400 -- "$file" | pick
  done
  syslog_lines "$3" "$4" --since "@$began" | pick
  journalctl -q -o cat -u "$1" --since "@$began" 2>/dev/null | pick
} | awk '!seen[$0]++'
