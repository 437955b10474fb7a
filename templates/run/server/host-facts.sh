#!/bin/sh
# Everything that a host is checked for before anything is changed on it. Without our own note, the settings of another
# cluster's node say whose the instance is; never that it is ours.
# Arguments: data directory, port, directory of the configuration, dbctl's own directory.
other_owner() {
  sed -n "s/^cluster_name = '\(.*\)'.*/\1/p" "$1/conf.d/dbctl.conf" 2>/dev/null | grep -vxF "${2#/etc/dbctl/}"
}
configured_for() {
  [ -e "$1/postgresql.conf" ] || return
  found=$(sed -n "s/^ *data_directory *=* *'\([^']*\)'.*/\1/p" "$1/postgresql.conf" | tail -n 1)
  echo "${found:-$2}"
}
lives_in() {
  grep -lxF "cluster_name = '${2#/etc/dbctl/}'" /etc/postgresql/*/*/conf.d/dbctl.conf 2>/dev/null |
    grep -vF "$1/conf.d/" | sed -n '1s,/conf.d/.*,,p'
}
. /etc/os-release
echo "os=$ID $VERSION_ID"
[ -d /run/systemd/system ] && echo systemd=yes || echo systemd=no
echo "clock=$(date +%s.%N)"
owner=$(cat "$4/owner" 2>/dev/null) || owner=$(other_owner "$3" "$4")
echo "owner=$owner"
echo "listener=$(ss -Hltnp "sport = :$2" | grep -o 'users:.*' | head -n 1)"
echo "postmaster=$(sed -n '1p;4p' "$1/postmaster.pid" 2>/dev/null | tr '\n' ' ' || true)"
if [ ! -e "$1" ]; then echo data=absent
elif mountpoint -q "$1" && [ ! -e "$1/PG_VERSION" ]; then echo data=mount
elif [ -z "$(ls -A "$1")" ]; then echo data=empty
elif [ -e "$1/PG_VERSION" ]; then echo "data=$(cat "$1/PG_VERSION")"
else echo data=foreign; fi
[ -e "$1/standby.signal" ] || [ -e "$1.dbctl-restoring" ] && echo standby=yes || echo standby=no
echo "configured=$(configured_for "$3" "$1")"
echo "elsewhere=$(lives_in "$3" "$4")"
dir=$1; while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
df -Pk "$dir" | awk 'NR == 2 { print "disk=" $2 " " $4 }'
echo "cores=$(nproc)"
