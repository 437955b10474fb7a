#!/bin/sh
# Makes /etc/postgresql/VERSION/NAME for a data directory that exists.
# pg_createcluster moves the three configuration files from the data directory to /etc, where they belong on Debian.
# initdb makes them; a clone has none, because the primary keeps its own in /etc: pg_hba.conf is replaced right after.
# Arguments: version, name, data directory, directory of the configuration, port.
set -eu
sample() { [ -e "$2" ] || install -o postgres -g postgres -m 600 "$1" "$2"; }
rm -rf -- "$4"
sample "/usr/share/postgresql/$1/postgresql.conf.sample" "$3/postgresql.conf"
sample /dev/null "$3/pg_hba.conf"
sample /dev/null "$3/pg_ident.conf"
pg_createcluster "$1" "$2" -d "$3" -p "$5" --start-conf=auto >/dev/null
systemctl daemon-reload
