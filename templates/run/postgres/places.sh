#!/bin/sh
# Where the bytes of a data directory really are: it may be a link, and pg_wal and tablespaces may be on disks of their own.
# What is in those is moved within them, never they themselves: they may be mount points, with lost+found in them.

# Where a path leads, also when nothing is there yet.
real() { readlink -m -- "$1"; }

# The directory of WAL when pg_wal is a link.
wal_of() { [ ! -L "$1/pg_wal" ] || real "$1/pg_wal"; }

# The same by the settings of a server whose data is gone. Argument: the data directory as it is named in them.
noted_wal() {
  instance=${1#/var/lib/postgresql/}
  noted=$(sed -n 's/^# pg_wal is in //p' "/etc/postgresql/$instance/conf.d/dbctl.conf" 2>/dev/null) || :
  if [ -n "$noted" ] && [ -d "$noted" ]; then printf '%s\n' "$noted"; fi
}

# The links of tablespaces. What somebody put beside them under another name than a number leads to no data of the server.
tablespace_links() {
  for link in "$1"/pg_tblspc/[0-9]*; do
    case ${link##*/} in *[!0-9]*) continue ;; esac
    [ ! -L "$link" ] || printf '%s\n' "$link"
  done
}

# The directories of tablespaces, one a line. A copy that is being made has its own below them.
tablespaces_of() {
  tablespace_links "$1" | while read -r link; do readlink -- "$link" | sed 's,/dbctl-[a-z]*$,,'; done
}

# Whether a data directory has a tablespace in a directory.
uses() { tablespaces_of "$1" | while read -r one; do real "$one"; done | grep -qxF -- "$(real "$2")"; }

# Another server of the host that has a tablespace in a directory: its data directory, as postgresql-common knows it. Those
# of other versions have their own part of it. Arguments: the data directory that is asked for, the directory.
other_user() {
  sed -n "s/^ *data_directory *=* *'\([^']*\)'.*/\1/p" /etc/postgresql/*/*/postgresql.base.conf /etc/postgresql/*/*/postgresql.conf 2>/dev/null |
    while read -r other; do
      [ "$(real "$other")" != "$(real "$1")" ] || continue
      [ ! -e "$1/PG_VERSION" ] || cmp -s -- "$1/PG_VERSION" "$other/PG_VERSION" || continue
      ! uses "$other" "$2" || printf '%s\n' "$other"
    done
}

# Names PostgreSQL's own entries of such a directory, and not those of dbctl or of the file system.
entries_of() { (
  cd -- "$1" 2>/dev/null || exit 0
  for entry in * .[!.]*; do
    case $entry in lost+found|dbctl-*) continue ;; esac
    [ ! -e "$entry" ] && [ ! -L "$entry" ] || printf '%s\n' "$entry"
  done
) }

# What a server of that version has in a tablespace's directory.
content_of() { entries_of "$1" | grep "^PG_$2_" || :; }

# Moves the entries that are named on standard input from one directory of a file system to another.
move_entries() { while read -r entry; do mv -T -- "$1/$entry" "$2/$entry"; done; }

# Puts what was made in DIRECTORY/MADE in the place of what is in DIRECTORY, which goes to DIRECTORY/KEPT; entries of which
# version, or "wal". It goes on where it was cut off.
take_place() {
  list() { if [ "$4" = wal ]; then entries_of "$1"; else content_of "$1" "$4"; fi; }
  if [ -d "$1/$2" ]; then
    [ -z "$(list "$@")" ] || [ -d "$1/$3" ] || {
      mkdir -m 700 -- "$1/$3"
      # As postgres it is postgres's already.
      [ "$(id -u)" != 0 ] || chown --reference="$1" -- "$1/$3"
    }
    list "$@" | move_entries "$1" "$1/$3"
    mv -T -- "$1/$2" "$1/dbctl-taking-place"
  fi
  if [ -d "$1/dbctl-taking-place" ]; then
    entries_of "$1/dbctl-taking-place" | move_entries "$1/dbctl-taking-place" "$1"
    rmdir -- "$1/dbctl-taking-place"
    sync -f "$1"
  fi
}

# The same in every directory that a new data directory leads to. Arguments: data directory, what was made, what is kept.
take_places() {
  version=$(cat "$1/PG_VERSION")
  tablespaces_of "$1" | while read -r place; do take_place "$place" "$2" "$3" "$version"; done
  wal=$(wal_of "$1")
  [ -z "$wal" ] || take_place "$wal" "$2" "$3" wal
}

# Makes a data directory lead to the directories themselves, not to what was made in them.
lead_to_places() {
  { tablespace_links "$1"; echo "$1/pg_wal"; } | while read -r link; do
    [ -L "$link" ] || continue
    to=$(readlink -- "$link")
    case $to in */dbctl-*) ln -sfnT -- "${to%/dbctl-*}" "$link" ;; esac
  done
}

# Removes what was made and not put into place: the data, and what it leads to. Arguments: data directory, what was made.
remove_made() {
  tablespaces_of "$1" | while read -r place; do rm -rf -- "${place:?}/$2" "${place:?}/dbctl-taking-place"; done
  wal=$(wal_of "$1")
  case $wal in */"$2") wal=${wal%/"$2"} ;; esac
  [ -z "$wal" ] || rm -rf -- "${wal:?}/$2" "${wal:?}/dbctl-taking-place"
  rm -rf -- "$1"
}

# Removes a data directory and all of it that is elsewhere, and is neither of the second data directory nor another server's.
remove_data() {
  [ -e "$1/PG_VERSION" ] || { rm -rf -- "$1"; return; }
  version=$(cat "$1/PG_VERSION")
  tablespaces_of "$1" | while read -r place; do
    if [ -n "${2-}" ] && [ -e "$2/PG_VERSION" ] && uses "$2" "$place"; then continue; fi
    [ -z "$(other_user "$1" "$place")" ] || continue
    content_of "$place" "$version" | while read -r entry; do rm -rf -- "${place:?}/$entry"; done
  done
  wal=$(wal_of "$1")
  [ -z "$wal" ] || [ "$wal" = "$(wal_of "${2-/nowhere}")" ] ||
    entries_of "$wal" | while read -r entry; do rm -rf -- "${wal:?}/$entry"; done
  rm -rf -- "$1"
}

# Sets aside what a data directory has elsewhere, each in a directory of that name below its place, and lets it lead there.
# What is another server's stays.
set_places_aside() {
  [ -e "$1/PG_VERSION" ] || return 0
  version=$(cat "$1/PG_VERSION")
  { tablespace_links "$1"; echo "$1/pg_wal"; } | while read -r link; do
    if [ ! -L "$link" ] || [ ! -d "$link" ]; then continue; fi
    to=$(readlink -- "$link")
    case $to in */"$2") continue ;; esac
    case $link in */pg_wal) ;; *) [ -z "$(other_user "$1" "$to")" ] || continue ;; esac
    [ -d "$to/$2" ] || mkdir -m 700 -- "$to/$2"
    chown --reference="$to" -- "$to/$2"
    case $link in
      */pg_wal) entries_of "$to" ;;
      *) content_of "$to" "$version" ;;
    esac | move_entries "$to" "$to/$2"
    ln -sfnT -- "$to/$2" "$link"
  done
}
