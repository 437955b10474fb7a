#!/bin/sh
# Makes a new, empty cluster aside, and gives it its final name in one move.
# Arguments: bin directory, data directory.
set -eu
# The real place, where the directory is a link.
set -- "$1" "$(readlink -m -- "$2")"
install -d -o postgres -g postgres -m 755 "$(dirname "$2")"
# It goes on when the connection is lost: a run that comes after it waits for its end, and finds the data.
exec 9<"$(dirname "$2")"
flock 9
[ ! -e "$2/PG_VERSION" ] || exit 0
rm -rf -- "$2.dbctl-new"
runuser -u postgres -- "$1/initdb" -D "$2.dbctl-new" --data-checksums --encoding=UTF8 --locale=C.UTF-8 \
  --auth-local=peer --auth-host=scram-sha-256 --no-instructions >/dev/null
[ ! -e "$2" ] || rmdir -- "$2"
mv -T -- "$2.dbctl-new" "$2"
