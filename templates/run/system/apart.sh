#!/bin/sh
# Runs a command as postgres that can write into directories of its own and nowhere else on this host: whatever a restored
# copy replays, the files of the servers that live here are out of its reach.
# WAL makes a tablespace at the path that it has on the cluster. The command asks for such a path by writing it into the
# file "wanted" of its first directory; when that file is gone, the path is a directory of the command's own, which nobody
# else sees there, and which really is lent/… in its first directory.
# Runs as root. Arguments: one or more directories, "--", the command. At the end, the command's processes are ended, and
# its first directory is removed when it left a file "forgotten" there, or nothing.
# shellcheck disable=SC2086 # places are dbctl's own paths, without blanks
set -eu
own=$1 places=
while [ "$1" != -- ]; do
  places="$places $1"
  shift
done
shift

# Mounts in a mount namespace are seen by nobody else, and are gone with its last process.
unshare --mount --propagation private -- sleep infinity &
holder=$!
made='' ours=''
# shellcheck disable=SC2317 # a trap calls it
finish() {
  code=$?
  trap '' TERM INT HUP
  # What fetches WAL ahead would go on, and write again into what was removed.
  [ -z "$ours" ] || find /proc/[0-9]*/ns/mnt -maxdepth 0 -printf '%l %p\n' 2>/dev/null |
    awk -v ours="$ours" '$1 == ours { split($2, part, "/"); print part[3] }' | xargs -r kill -KILL 2>/dev/null || :
  printf '%s\n' "$made" | while IFS= read -r path; do
    [ -z "$path" ] || rmdir -- "$path" 2>/dev/null || :
  done
  for _ in 1 2 3 4 5; do
    [ -e "$own/forgotten" ] || break
    rm -rf --one-file-system -- "$own" 2>/dev/null || sleep 0.2
  done
  rmdir -- "$own" 2>/dev/null || :
  exit "$code"
}
trap finish EXIT
trap 'exit 143' TERM INT HUP
until [ "$(cat "/proc/$holder/comm" 2>/dev/null)" = sleep ]; do
  sleep 0.05
  kill -0 "$holder" 2>/dev/null || exit 1
done
ours=$(readlink "/proc/$holder/ns/mnt")

apart() { nsenter --target "$holder" --mount -- "$@"; }
postgres='setpriv --reuid postgres --regid postgres --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs --'
as_postgres() { apart $postgres "$@"; }
refuse() {
  echo "$1: a copy cannot be kept apart from the servers on this host" >&2
  exit 1
}

# Read-only everywhere, and then writable again in its own places. What cannot be made read-only is hidden.
for place in $places; do
  [ -d "$place" ] || install -d -o postgres -g postgres -m 700 -- "$place"
  apart mount --bind -- "$place" "$place"
done
mounts=$(cat "/proc/$holder/mountinfo")
while read -r _ _ _ _ point _; do
  case $point in
    /proc | /proc/* | /sys | /sys/* | /dev | /dev/*) continue ;;
    *\\*) point=$(printf '%b' "$(printf %s "$point" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')") ;;
  esac
  apart mount -o remount,bind,ro -- "$point" 2>/dev/null && continue
  apart mountpoint -q -- "$point" 2>/dev/null || continue
  apart umount -l -- "$point" || refuse "$point cannot be made read-only"
done <<MOUNTS
$mounts
MOUNTS
for place in $places; do
  apart mount -o remount,bind,rw -- "$place"
  apart test -w "$place" || refuse "$place is not writable"
  ! apart test -w "$(dirname "$place")" || refuse "$(dirname "$place") is still writable"
done

# Makes a directory on the host to mount over, where there is none: empty, and gone at the end.
make_mount_point() {
  missing=$1 new=
  while [ ! -e "$missing" ]; do
    new="$new
$missing"
    missing=$(dirname "$missing")
  done
  made="$new
$made"
  mkdir -p -- "$1"
}

lend() {
  real=$(apart realpath -m -- "$1") || return 1
  case $own/ in
    "$real"/*)
      echo "a tablespace at $1 would cover the copy itself" >&2
      return 1
      ;;
  esac
  place=$own/lent/$(printf %s "$real" | sha256sum | cut -c 1-16)
  as_postgres mkdir -p -m 700 -- "$place" || return 1
  apart test -d "$real" || apart mkdir -p -- "$real" 2>/dev/null || make_mount_point "$real" || return 1
  # What is mounted over itself cannot be renamed.
  [ "$(apart stat -c %d:%i -- "$place")" = "$(apart stat -c %d:%i -- "$real")" ] || apart mount --bind -- "$place" "$real"
}

# One after the other, and those below it once more: it covers them.
lent=
lend_all() {
  lend "$1" || return 1
  lent="$lent
$real"
  below=$(printf '%s\n' "$lent" | awk -v top="$real/" 'index($0, top) == 1' | sort)
  while IFS= read -r path; do
    [ -z "$path" ] || lend "$path" || return 1
  done <<BELOW
$below
BELOW
}

home=$(getent passwd postgres | cut -d : -f 6)
# The command itself, not a shell that waits for it: told to end, such a shell is gone at once, and the command would be
# killed before it has said how it ended.
(exec env HOME="$home" USER=postgres LOGNAME=postgres nsenter --target "$holder" --mount -- $postgres "$@") &
work=$!
trap 'kill "$work" 2>/dev/null || :' TERM INT HUP
while kill -0 "$work" 2>/dev/null; do
  if [ -e "$own/wanted" ]; then
    lend_all "$(cat "$own/wanted")" || :
    rm -f -- "$own/wanted"
  fi
  sleep 0.2 || :
done
code=0
wait "$work" || code=$?
exit "$code"
