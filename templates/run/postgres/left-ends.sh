#!/bin/sh
# Names the WAL files in which earlier timelines ended, on a replica, as far as they are not marked as archived. Whoever was
# promoted there has archived what they hold, in the first file of its timeline and as .partial; each replica has another
# rest in them, and two that are promoted one after the other would archive them with different content.
# Arguments: directory of the programs, data directory; "mark" to mark them.
. ./wal-positions.sh
[ -e "$data/standby.signal" ] || exit 0
segment=$(LC_ALL=C "$bin/pg_controldata" -D "$data" 2>/dev/null | sed -n 's/^Bytes per WAL segment: *//p')
[ -n "$segment" ] || exit 0
files=$((0x100000000 / segment))
sed -nE 's/^[[:space:]]*([0-9]+)[[:space:]]+([0-9A-F]+\/[0-9A-F]+).*/\1 \2/p' "$data"/pg_wal/*.history 2>/dev/null | sort -u |
  while read -r timeline end; do
    file=$(($(number "$end") / segment))
    name=$(printf %08X%08X%08X "$timeline" $((file / files)) $((file % files)))
    status=$data/pg_wal/archive_status/$name
    if [ ! -e "$data/pg_wal/$name" ] || [ -e "$status.done" ]; then continue; fi
    echo "$name"
    [ "${3-}" = mark ] || continue
    rm -f -- "$status.ready"
    setpriv --reuid=postgres --regid=postgres --init-groups -- install -m 600 /dev/null "$status.done"
  done
