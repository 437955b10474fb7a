#!/bin/sh
# For other scripts: log_files says the log files of a server, the newest first: those that its files name, those that it has
# named itself, and the one that pg_ctl writes before the server has a log of its own.
# Arguments: beginning of the paths of log files, directories of the programs, the configuration and the data.
log_files() {
  directory=$("$2/postgres" -C log_directory -D "$3" 2>/dev/null) || directory=${1%/*}
  name=$("$2/postgres" -C log_filename -D "$3" 2>/dev/null) || name=
  case $directory in /*) ;; *) directory=$4/$directory ;; esac
  {
    ls -d "$1"* "$directory/${name%%[%]*}"* 2>/dev/null
    sed -n 's,^[a-z]* ,,p' "$4/current_logfiles" 2>/dev/null | while read -r file; do
      case $file in /*) echo "$file" ;; *) echo "$4/$file" ;; esac
    done
  } | sort -u | grep -v '\.gz$' | while read -r file; do
    if [ -f "$file" ] && [ -s "$file" ]; then stat -c '%.9Y %n' -- "$file"; fi
  done | sort -rn | cut -d ' ' -f 2-
}
# What it writes by the way of syslog. Arguments: directories of the programs and the configuration, then those of journalctl.
syslog_lines() {
  programs=$1 configuration=$2
  shift 2
  case $("$programs/postgres" -C log_destination -D "$configuration" 2>/dev/null) in *syslog*) ;; *) return ;; esac
  ident=$("$programs/postgres" -C syslog_ident -D "$configuration" 2>/dev/null)
  journalctl -q -o cat -t "${ident:-postgres}" "$@" 2>/dev/null
}
