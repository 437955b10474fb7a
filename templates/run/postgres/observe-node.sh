#!/bin/sh
# What a host knows of one node: whose it is, what its server says, or else what its data says. Changes nothing.
# PostgreSQL is asked as a role that exists: as root, each question would leave a FATAL message in its log.
# Arguments: directory of the programs, port, data directory, note of the owner, SQL.
. ./start-lines.sh
echo "owner=$(cat "$4" 2>/dev/null)"
if [ -e "$3/standby.signal" ]; then echo standby=yes; else echo standby=no; fi
export PGOPTIONS='-c statement_timeout=0'
if [ -x "$1/psql" ] && setpriv --reuid=postgres --regid=postgres --init-groups -- \
  "$1/pg_isready" -q -t 3 -h /var/run/postgresql -p "$2" -U postgres -d postgres; then
  echo server=answers
  exec runuser -u postgres -- timeout 5 "$1/psql" -XAtqw -v ON_ERROR_STOP=1 -h /var/run/postgresql -p "$2" -d postgres -c "$5"
fi
[ -e "$3/PG_VERSION" ] || [ -e "$3/global/pg_control" ] || exit 0
echo server=silent
# A server that was promoted and fell before its next checkpoint has the new timeline only here.
for file in "$3"/pg_wal/*.history; do
  [ -e "$file" ] || continue
  echo "history=${file##*/}"
  sed "s/^/${file##*/}: /" "$file"
done
if [ -e "$3/global/pg_control" ]; then sound_control "$3" "$1"; else echo control=none; fi
