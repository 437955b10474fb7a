#!/bin/sh
# Gives a directory that was made aside its place, in one move.
# Arguments: the directory, its place, a file that a place has which is whole, whether such a place is replaced (yes, no).
set -eu
aside=$1 place=$2 file=$3 replace=$4
mv -T -- "$aside" "$place" 2>/dev/null ||
  { [ "$replace" = no ] && [ -e "$place/$file" ]; } ||
  { rm -rf -- "$place" && mv -T -- "$aside" "$place"; }
rm -rf -- "$place".dbctl-*
