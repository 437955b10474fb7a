#!/bin/sh
# Reads WAL of a data directory, and counts with positions in it. For scripts that read this one.
# Arguments: directory of the programs, data directory.
bin=$1 data=$2

# Arguments: timeline, position, flags of pg_waldump.
dump() {
  on=$1 since=$2
  shift 2
  LC_ALL=C "$bin/pg_waldump" -p "$data/pg_wal" -t "$on" -s "$since" "$@" 2>/dev/null
}
number() { echo $((0x${1%/*} << 32 | 0x${1#*/})); }
position() { printf '%X/%X\n' $(($1 >> 32)) $(($1 & 0xffffffff)); }
# Where the file begins that has what stands before a position. Arguments: position, size of a file.
file_before() { position $((($(number "$1") - 1) / $2 * $2)); }
