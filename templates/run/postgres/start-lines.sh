#!/bin/sh
# What decides as what a server starts: its signal files, and what its control file says that it was.
# start_lines DATA_DIRECTORY DIRECTORY_OF_THE_PROGRAMS
start_lines() {
  signals=
  [ ! -e "$1/standby.signal" ] || signals="standby"
  [ ! -e "$1/recovery.signal" ] || signals="$signals recovery"
  echo "signals=$signals"
  [ -e "$1/global/pg_control" ] || return 0
  LC_ALL=C "$2/pg_controldata" -D "$1" 2>/dev/null |
    sed -n 's/^Database cluster state: */state=/p; s/^Database system identifier: */identifier=/p'
}
