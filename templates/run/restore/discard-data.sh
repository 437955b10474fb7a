#!/bin/sh
# Takes a data directory away.
# Arguments: data directory, where it goes, whether it is kept there ("keep").
set -eu
[ "$3" = keep ] || rm -rf -- "$2"
[ ! -e "$1" ] || mv -T -- "$1" "$2"
[ "$3" = keep ] || rm -rf -- "$2"
