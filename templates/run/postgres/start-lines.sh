#!/bin/sh
# What decides as what a server starts: its signal files, and what its control file says that it was.
# What a control file says; of a damaged one pg_controldata shows what it makes of that, with a warning, and it is no answer.
# sound_control DATA_DIRECTORY DIRECTORY_OF_THE_PROGRAMS
sound_control() {
  [ -x "$2/pg_controldata" ] || return 0
  control=$(LC_ALL=C "$2/pg_controldata" -D "$1" 2>&1) || control='warning:'
  case $control in
    *[Ww][Aa][Rr][Nn][Ii][Nn][Gg]:*) echo control=damaged ;;
    *) printf '%s\n' "$control" ;;
  esac
}
# start_lines DATA_DIRECTORY DIRECTORY_OF_THE_PROGRAMS
start_lines() {
  signals=
  [ ! -e "$1/standby.signal" ] || signals="standby"
  [ ! -e "$1/recovery.signal" ] || signals="$signals recovery"
  echo "signals=$signals"
  [ -e "$1/global/pg_control" ] || return 0
  sound_control "$1" "$2" |
    sed -n '/^control=/p; s/^Database cluster state: */state=/p; s/^Database system identifier: */identifier=/p'
}
