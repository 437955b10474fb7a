#!/bin/sh
# Gives restored data its place. What was there is kept beside it, under the time of the restore.
# In place, tablespaces and WAL go to where they were; what is there is kept below each directory.
# Arguments: the staging directory, the data directory; then, in place, "in place" and the backup's tablespaces, each as
# OID=DIRECTORY.
set -eu
. ./../postgres/places.sh
aside=$1 named=$2 data=$(real "$2")
shift 2
[ -e "$aside/data" ] || exit 0
[ -e "$aside/recovered" ]
stamp=$(cat "$aside/stamp")
kept=$data.before-restore-$stamp name=dbctl-before-restore-$stamp made=dbctl-restore
if [ -e "$data" ] && ! rmdir -- "$data" 2>/dev/null; then
  if [ -e "$kept" ]; then
    echo "both $data and $kept exist: somebody made new data meanwhile" >&2
    exit 1
  fi
  mv -T -- "$data" "$kept"
fi

# Where a tablespace was: by the backup, or by the WAL that made it.
place_for() {
  oid=$1
  shift
  for one; do case $one in "$oid"=*) printf '%s\n' "${one#*=}"; return ;; esac done
  sed -n "s/^$oid //p" "$aside/locations" 2>/dev/null | tail -n 1
}

# Brings a directory below the place where it belongs, perhaps on another disk, whole or not at all.
bring() {
  rm -rf -- "${2:?}/$made" "${2:?}/$made-new"
  if [ "$(stat -c %d -- "$1")" = "$(stat -Lc %d -- "$2")" ]; then
    mv -T -- "$1" "$2/$made"
  else
    cp -a -- "$1" "$2/$made-new"
    sync -f "$2/$made-new"
    mv -T -- "$2/$made-new" "$2/$made"
    rm -rf -- "$1.copied"
    mv -T -- "$1" "$1.copied"
  fi
}

# WAL of old data goes with it where there is room: the disk is needed for new WAL.
keep_wal_with_data() {
  [ -L "$kept/pg_wal" ] || return 0
  used=$(du -sk -- "$1" | cut -f 1) free=$(df --output=avail -k -- "$kept" | tail -n 1)
  [ "$((used * 2))" -lt "$free" ] || return 0
  rm -rf -- "$kept/pg_wal-new"
  mkdir -m 700 -- "$kept/pg_wal-new"
  chown --reference="$1" -- "$kept/pg_wal-new"
  entries_of "$1" | while read -r entry; do cp -a -- "$1/$entry" "$kept/pg_wal-new/"; done
  sync -f "$kept/pg_wal-new"
  rm -- "$kept/pg_wal"
  mv -T -- "$kept/pg_wal-new" "$kept/pg_wal"
  entries_of "$1" | while read -r entry; do rm -rf -- "${1:?}/$entry"; done
}

if [ $# -gt 0 ]; then
  shift
  for link in "$aside"/data/pg_tblspc/*; do
    [ -L "$link" ] || continue
    place=$(place_for "${link##*/}" "$@")
    [ -n "$place" ] || continue
    from=$aside/tablespaces/${link##*/}
    if [ -d "$from" ]; then
      [ -d "$place" ] || install -d -o postgres -g postgres -m 700 -- "$place"
      bring "$from" "$place"
    fi
    ln -sfnT -- "$place" "$link"
  done
  [ -e "$aside/wal-goes-to" ] || {
    wal=$(wal_of "$kept")
    if [ -z "$wal" ] && [ ! -e "$kept" ]; then wal=$(noted_wal "$named"); fi
    printf '%s' "$wal" >"$aside/wal-goes-to-new"
    mv -T -- "$aside/wal-goes-to-new" "$aside/wal-goes-to"
  }
  wal=$(cat "$aside/wal-goes-to")
  if [ -n "$wal" ]; then
    keep_wal_with_data "$wal"
    if [ -d "$aside/data/pg_wal" ] && [ ! -L "$aside/data/pg_wal" ]; then bring "$aside/data/pg_wal" "$wal"; fi
    rm -rf -- "$aside/data/pg_wal.copied"
    ln -sfnT -- "$wal" "$aside/data/pg_wal"
  fi
  set_places_aside "$kept" "$name"
  take_places "$aside/data" "$made" "$name"
  {
    tablespaces_of "$aside/data"
    [ -z "$wal" ] || echo "$wal"
    tablespace_links "$kept" | while read -r link; do readlink -- "$link"; done | sed -n "s,/$name\$,,p"
  } | sort -u | while read -r place; do
    [ ! -d "$place/$name" ] || printf '%s\n' "$place/$name"
  done >"$aside/kept-places"
fi

# The others are beside the data, and links lead there already. Without any, there is nothing to move.
if [ -d "$aside/tablespaces" ]; then
  rm -rf -- "$aside"/tablespaces/*.copied
  rmdir -- "$aside/tablespaces" 2>/dev/null || mv -T -- "$aside/tablespaces" "$(cat "$aside/tablespaces-go-to")"
fi
mv -T -- "$aside/data" "$data"
sync -f "$data"
