#!/bin/sh
# Takes Patroni's postgresql.conf away and puts back the one that was there before it.
# Arguments: configuration directory, data directory, other files of Patroni's.
set -eu
[ ! -e "$1/postgresql.base.conf" ] || mv -f -- "$1/postgresql.base.conf" "$1/postgresql.conf"
rm -f -- "$1/postgresql.conf.backup" "$1/postgresql.base.conf.backup" "$1/pg_hba.conf.backup" "$1/pg_ident.conf.backup" "$2/patroni.dynamic.json"
shift 2
rm -f -- "$@"
