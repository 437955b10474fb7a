#!/bin/sh
# Written by dbctl. Makes a backup, and writes down how it ended: a backup that fails at night must be known in the morning.
# One that was cut off has a beginning and no end. Ends with the exit code of the work.
# A replica that does not replay WAL (paused, delayed, stuck) ends a backup from it with 82: it is passed over.
# Arguments: the file to write it down in, then the argv of the work.
set -u
export LC_ALL=C
note=$1
shift
mkdir -p -- "$(dirname -- "$note")"
write() { cat >"$note.$$" && mv -T -- "$note.$$" "$note"; }
began=$(date +%s)
echo "began=$began" | write
exec 3>&1
run() { code=$({ { "$@" 2>&1; echo $? >&4; } | tee -- "$note.said.$$" >&3; } 4>&1); }
run "$@"
passed=
if [ "$code" = 82 ]; then
  passed=$(grep -F '[082]' "$note.said.$$" | head -n 1)
  echo 'once more, from the primary: the replica may be one that does not replay WAL'
  run "$@" --no-backup-standby
fi
{
  printf 'began=%s\nended=%s\ncode=%s\n' "$began" "$(date +%s)" "$code"
  if [ -n "$passed" ]; then printf 'passed=%s\n' "${passed##*ERROR: }"; fi
  tail -n 30 -- "$note.said.$$" | sed 's/^/said=/'
} | write
rm -f -- "$note.said.$$"
exit "$code"
