#!/bin/sh
# Everything that a host is checked for before anything is changed on it. Without our own note, the settings of another
# cluster's node say whose the instance is; never that it is ours.
# Arguments: data directory, port, directory of the configuration, dbctl's own directory, directory of the programs.
. ./../postgres/start-lines.sh
. ./../postgres/places.sh
# A directory beside the data that holds the data of this system identifier: somebody gave it another name.
# Of several the one that a server wrote to last: the others were set aside before it. What a restore has set aside is older
# than what is lost.
namesake() {
  found='' newest=-1
  for one in "$(dirname "$1")"/*; do
    case $one in "$1" | "$1".before-restore-* | "$1".before-timeline-*) continue ;; esac
    [ -e "$one/global/pg_control" ] || continue
    LC_ALL=C "$2/pg_controldata" -D "$one" 2>/dev/null | grep -q "^Database system identifier: *$3\$" || continue
    written=$(stat -c %Y -- "$one/global/pg_control")
    [ "$written" -gt "$newest" ] || continue
    found=$one newest=$written
  done
  [ -z "$found" ] || echo "$found"
}
other_owner() {
  sed -n "s/^cluster_name = '\(.*\)'.*/\1/p" "$1/conf.d/dbctl.conf" 2>/dev/null | grep -vxF "${2#/etc/dbctl/}"
}
configured_for() {
  [ -e "$1/postgresql.conf" ] || return
  found=$(sed -n "s/^ *data_directory *=* *'\([^']*\)'.*/\1/p" "$1/postgresql.base.conf" "$1/postgresql.conf" 2>/dev/null | tail -n 1)
  echo "${found:-$2}"
}
lives_in() {
  grep -lxF "cluster_name = '${2#/etc/dbctl/}'" /etc/postgresql/*/*/conf.d/dbctl.conf 2>/dev/null |
    grep -vF "$1/conf.d/" | sed -n '1s,/conf.d/.*,,p'
}
. /etc/os-release
real=$(real "$1")
echo "os=$ID ${VERSION_ID:-$VERSION_CODENAME}"
[ -d /run/systemd/system ] && echo systemd=yes || echo systemd=no
echo "clock=$(date +%s.%N)"
owner=$(cat "$4/owner" 2>/dev/null) || owner=$(other_owner "$3" "$4")
echo "owner=$owner"
echo "listener=$(ss -Hltnp "sport = :$2" | grep -o 'users:.*' | head -n 1)"
echo "postmaster=$(sed -n '1p;4p' "$1/postmaster.pid" 2>/dev/null | tr '\n' ' ' || true)"
if [ ! -e "$1" ]; then echo data=absent
elif mountpoint -q "$1" && [ ! -e "$1/PG_VERSION" ] && [ ! -e "$1/global/pg_control" ]; then echo data=mount
elif [ -z "$(ls -A "$1")" ]; then echo data=empty
elif [ -e "$1/PG_VERSION" ]; then
  echo "data=$(cat "$1/PG_VERSION")"
  [ -e "$1/global/pg_control" ] || echo lacks=global/pg_control
elif [ -e "$1/global/pg_control" ]; then
  echo data=cluster
  echo lacks=PG_VERSION
else echo data=foreign; fi
[ ! -e "$1" ] || echo "data_of=$(stat -Lc %U -- "$1")"
[ -e "$1/standby.signal" ] || [ -e "$real.dbctl-restoring" ] && echo standby=yes || echo standby=no
start_lines "$1" "$5"
note=$(tr '\n' ' ' <"$4/data.json" 2>/dev/null)
echo "note=$note"
echo "machine=$(cat /etc/machine-id 2>/dev/null)"
[ -e "$real.dbctl-restoring" ] || [ -e "$real.dbctl-before-reinit" ] && echo replacing=yes || echo replacing=no
if [ -n "$note" ] && [ ! -e "$1/PG_VERSION" ] && [ ! -e "$1/global/pg_control" ]; then
  echo "namesake=$(namesake "$real" "$5" "$(echo "$note" | sed 's/.*"systemIdentifier":"\([0-9]*\)".*/\1/')")"
fi
echo "configured=$(configured_for "$3" "$1")"
echo "elsewhere=$(lives_in "$3" "$4")"
dir=$real; while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
echo "mount=$(findmnt -Pno TARGET,SOURCE,UUID,FSTYPE,OPTIONS -T "$dir" 2>/dev/null | tail -n 1)"
on_disk() {
  dir=$(real "$1"); while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
  echo "$(df -Pk -- "$dir" | awk 'NR == 2 { print $2 " " $4 }') $(stat -c %d -- "$dir")"
}
echo "disk=$(on_disk "$real")"
# A directory that is a link: what else is beside its real place, which dbctl makes directories in.
if [ -L "$1" ]; then
  echo "link=$real"
  beside=$(dirname "$real")
  echo "beside=$(stat -c %U -- "$beside" 2>/dev/null || echo none) $(find "$beside" -mindepth 1 -maxdepth 1 \
    ! -name lost+found ! -name "$(basename "$real")*" -printf '%f ' 2>/dev/null | cut -c -100)"
fi
# shellcheck disable=SC1003 # \040 is a space in mountinfo
awk -v d="$real" '{ gsub(/\\040/, " ", $5) } $5 == d || index($5, d "/") == 1 { print "mounted=" $5 }' /proc/self/mountinfo
wal=$(wal_of "$real")
[ -z "$wal" ] || echo "place=$(on_disk "$wal") wal $wal"
# What a new file system has in it: only root may look into that.
[ ! -d "${wal:-$real/pg_wal}/lost+found" ] || echo "walroot=${wal:-$real/pg_wal}"
# A tablespace has its number for a name, and a directory of its server's version in its place.
version=$(cat "$real/PG_VERSION" 2>/dev/null || :)
for link in "$real"/pg_tblspc/* "$real"/pg_tblspc/.[!.]*; do
  [ -e "$link" ] || [ -L "$link" ] || continue
  name=${link##*/}
  case $name in *[!0-9]*) echo "stray=$name"; continue ;; esac
  if [ -L "$link" ]; then
    place=$(readlink -- "$link")
    [ ! -L "$place" ] || echo "linked=$name $place"
    if [ ! -d "$link" ]; then echo "stale=$name $place"; continue; fi
    [ -n "$(content_of "$place" "$version")" ] || echo "hollow=$name $place"
    other_user "$real" "$place" | while read -r other; do printf 'shared=%s %s\t%s\n' "$name" "$place" "$other"; done
    echo "place=$(on_disk "$place") $name $place"
  elif [ -d "$link" ]; then echo "inplace=$name"
  else echo "stray=$name"; fi
done
echo "cores=$(nproc)"
