#!/bin/sh
# The same for a file of any mode (see write-file.sh), checked by its SHA-256. A program must get its x after it was made,
# which follows links: so the directory must be ours alone.
# Arguments: path, owner:group, mode, a word that makes the temporary name unique, bytes, SHA-256 in hexadecimal.
set -e
directory=$(dirname -- "$1")
temporary="$directory/.$(basename -- "$1").dbctl-$4"
umask 022
[ -d "$directory" ] || mkdir -p -- "$directory"
[ -O "$directory" ] || { echo "$directory belongs to another account" >&2; exit 1; }
umask 077
set -C
trap 'rm -f -- "$temporary"' EXIT
trap 'exit 1' HUP INT PIPE TERM
cat > "$temporary"
[ "$(stat -c %s -- "$temporary")" = "$5" ] || { echo 'the content arrived incomplete' >&2; exit 1; }
[ "$(sha256sum < "$temporary")" = "$6  -" ] || { echo 'the content arrived damaged' >&2; exit 1; }
chown -h -- "$2" "$temporary"
chmod -- "$3" "$temporary"
sync -- "$temporary"
mv -fT -- "$temporary" "$1"
trap - EXIT
