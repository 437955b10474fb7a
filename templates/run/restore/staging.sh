#!/bin/sh
# Says what is in the staging directory, in which data is restored.
# Arguments: the place, the data directory.
# Beside the real place of a data directory that is a link.
[ ! -L "$2" ] || set -- "$(readlink -m -- "$2").dbctl-restore" "$2"
[ -e "$1/request" ] || exit 0
has() { [ -e "$1" ] && echo true || echo false; }
echo "label=$(cat "$1/label" 2>/dev/null)"
echo "restored=$(has "$1/restored")"
echo "recovered=$(cat "$1/recovered" 2>/dev/null || echo null)"
echo "reached=$(cat "$1/recovered" 2>/dev/null || cat "$1/facts" 2>/dev/null || echo null)"
echo "data=$(has "$1/data")"
kept=$(readlink -m -- "$2").before-restore-$(cat "$1/stamp")
[ -e "$kept" ] && echo "kept=$kept"
sed 's/^/place=/' "$1/kept-places" 2>/dev/null
echo "request=$(cat "$1/request")"
