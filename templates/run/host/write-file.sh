#!/bin/sh
# Replaces a file by its standard input: written beside it with its final owner and mode, synced, then renamed.
# The length is compared because a connection that dies while it sends looks like the end of the content. The mode comes
# from the umask and chown does not follow links: in a directory that another account owns, that account could put a link
# in the file's place between two commands of ours. Signals end the script by its own hand, or it would leave the temporary
# file: PIPE comes when it says that the content is incomplete to a connection that is gone.
# Arguments: path, owner:group, umask, a word that makes the temporary name unique, bytes.
set -e
directory=$(dirname -- "$1")
temporary="$directory/.$(basename -- "$1").dbctl-$4"
umask 022
[ -d "$directory" ] || mkdir -p -- "$directory"
umask "$3"
set -C
trap 'rm -f -- "$temporary"' EXIT
trap 'exit 1' HUP INT PIPE TERM
cat > "$temporary"
[ "$(stat -c %s -- "$temporary")" = "$5" ] || { echo 'the content arrived incomplete' >&2; exit 1; }
chown -h -- "$2" "$temporary"
sync -- "$temporary"
mv -fT -- "$temporary" "$1"
trap - EXIT
