#!/bin/sh
# Tablespaces of a copy that runs below apart.sh in the directory $aside, with its data in $data: those at paths of the
# cluster are lent to it.
# shellcheck disable=SC2154 # both are the reader's

# Asks for a path; 66 when it is not to be had.
want() {
  printf '%s' "$1" >"$aside/wanted-new"
  mv -T -- "$aside/wanted-new" "$aside/wanted"
  while [ -e "$aside/wanted" ]; do sleep 0.2; done
  [ ! -w "$1" ] || return 0
  echo "the tablespace at $1 cannot be kept apart from what is on this host" >&2
  return 66
}

# Asks for what the links lead to out of the copy; one whose files are in their final place already needs nothing.
want_linked() {
  for link in "$data"/pg_tblspc/*; do
    [ -L "$link" ] || continue
    [ ! -d "$aside/tablespaces/${link##*/}" ] || continue
    case $(readlink "$link") in "$aside"/*) ;; *) want "$(readlink "$link")" || return ;; esac
  done
}

# Asks for the path that a server has stopped at, by its log; 65 when it was something else.
want_missing() {
  missing=$(sed -nE 's/^.*FATAL: +(could not set permissions on )?directory "(.*)"( does not exist|: [A-Z].*)$/\2/p' "$1" |
    tail -n 1)
  [ -n "$missing" ] && [ ! -w "$missing" ] || return 65
  want "$missing"
}

# The directory in which the files behind a link really are.
place_of() {
  for found in "$aside"/lent/*; do
    [ "$(stat -c %d:%i -- "$found" 2>/dev/null)" != "$(stat -Lc %d:%i -- "$1")" ] || {
      printf '%s' "$found"
      return
    }
  done
  readlink "$1"
}
