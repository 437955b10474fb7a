#!/bin/sh
# Says what a data directory is and how far its WAL goes, from its files alone: its server may run, or have fallen. Nothing
# when there is no data.
# Arguments: directory of the programs, data directory; then, where the question is what comes after it, a timeline and a position.
. ./wal-positions.sh
if [ ! -e "$data/global/pg_control" ]; then
  [ -z "$(ls -A -I lost+found -- "$data" 2>/dev/null)" ] || echo 'problem=it has no control file'
  exit 0
fi
control=$(LC_ALL=C "$bin/pg_controldata" -D "$data" 2>&1) || {
  echo "problem=$(printf '%s\n' "$control" | tail -n 1)"
  exit 0
}
# A checksum that is wrong is no failure to it.
case $control in *[Ww][Aa][Rr][Nn][Ii][Nn][Gg]:*)
  echo 'problem=its control file is damaged'
  exit 0
  ;;
esac
of() { printf '%s\n' "$control" | sed -n "s/^$1: *//p"; }
segment=$(of 'Bytes per WAL segment')
# Where the files of a timeline end that go on from a position without a gap.
files_end() {
  file=$(($(number "$2") / segment)) files=$((0x100000000 / segment))
  while [ -e "$data/pg_wal/$(printf %08X%08X%08X "$1" $((file / files)) $((file % files)))" ]; do file=$((file + 1)); done
  position $((file * segment))
}
# pg_waldump says nothing of WAL that ends with a file.
end_after() { dump "$1" "$2" -e "$(files_end "$1" "$2")" --stats | sed -n 's/^WAL statistics between [^ ]* and \([^ ]*\):$/\1/p'; }

# Says how many transactions of a timeline end after a position, and where the last of them does, read from a position on.
# A record is longer by the headers of the pages that it crosses, which does not take it over the end of a file.
transactions() {
  dump "$1" "$2" --rmgr=Transaction |
    sed -nE 's#.*len \(rec/tot\): *[0-9]+/ *([0-9]+), .*, lsn: ([0-9A-F]+)/([0-9A-F]+), prev .* desc: (COMMIT|PREPARE).*#\1 \2 \3#p' |
    awk -v after="$(number "$3")" '
      function hex(digits, i, value) {
        for (i = 1; i <= length(digits); i++) value = value * 16 + index("123456789ABCDEF", substr(digits, i, 1))
        return value
      }
      { end = hex($2) * 4294967296 + hex($3) + $1 }
      end > after { count++; last = end }
      END { printf "%d %.0f\n", count, last }'
}

# Reads from a timeline and a position on, through those that follow.
read_from() {
  timeline=$1 begin=$2 end=$2 commits=0 last=
  for next in $(cd "$data/pg_wal" 2>/dev/null && printf '%s\n' * | sed -nE 's/^([0-9A-F]{8})[0-9A-F]{16}$/\1/p' | sort -u); do
    next=$((0x$next))
    [ "$next" -ge "$timeline" ] || continue
    # What ends after the position may begin before it, and in the file before.
    from=$(file_before "$end" "$segment") to=$(end_after "$next" "$from")
    if [ "$(number "${to:-0/0}")" -le "$(number "$end")" ]; then from=$end to=$(end_after "$next" "$end"); fi
    [ -n "$to" ] || continue
    # shellcheck disable=SC2046 # two numbers
    set -- $(transactions "$next" "$from" "$end")
    commits=$((commits + $1))
    [ "$1" -eq 0 ] || last=$(position "$2")
    timeline=$next end=$to
  done
}

# Where it was read to ends before what the control file knows of when WAL in between is gone or damaged.
known=$(of 'Latest checkpoint location')
set -- "${3-}" "${4-}" "$(of "Latest checkpoint's TimeLineID")" "$(of "Latest checkpoint's REDO location")"
set -- "$@" "$3" "$known"
recovered=$(of "Min recovery ending loc's timeline")
if [ "$recovered" != 0 ]; then
  known=$(of 'Minimum recovery ending location')
  set -- "$1" "$2" "$recovered" "$known"
fi
[ -n "$1" ] || shift 2
until
  read_from "$1" "$2"
  shift 2
  [ $# -eq 0 ] || { [ "$(number "$end")" -gt "$(number "$begin")" ] && [ "$(number "$end")" -ge "$(number "$known")" ]; }
do :; done
echo "identifier=$(of 'Database system identifier')"
echo "was=$(of 'Database cluster state')"
[ ! -e "$data/standby.signal" ] || echo standby=yes
echo "segment=$segment"
echo "begin=$begin"
echo "end=$end"
echo "commits=$commits"
echo "last=$last"
echo "timeline=$timeline"
sed 's/^/history=/' "$data/pg_wal/$(printf %08X "$timeline").history" 2>/dev/null || :
