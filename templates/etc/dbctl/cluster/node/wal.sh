#!/bin/sh
# Written by dbctl for cluster {{ cluster }}; changes made here are lost.
# What PostgreSQL runs for each WAL file, as postgres in the data directory; then comes what does the work:
#   wal.sh push FILE PATH COMMAND…     archive_command
#   wal.sh fetch FILE PATH COMMAND…    restore_command
# A server that was promoted while the one that it followed still leads keeps its WAL to itself, and a replica follows no
# timeline that its primary does not have: one repository has one cluster's WAL. No answer is no objection, so that a new
# primary archives as soon as the old one is gone.
set -u
# The server may have been started with an environment of somebody's own (/etc/postgresql/*/*/environment).
for name in $(env | sed -n 's/^\(PG[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
bin='{{ bin }}' config='{{ config }}' decided='{{ spool }}/timelines'
mode=$1 file=$2 path=$3
shift 3

# Asks the server that this one follows, or followed; nothing when there is none, or when it does not answer.
upstream() {
  conninfo=$("$bin/postgres" -D "$config" -C primary_conninfo 2>/dev/null)
  [ -n "$conninfo" ] || return 0
  "$bin/psql" -XAtqw -F ' ' -d "$conninfo application_name=dbctl_wal connect_timeout=3 replication=true" "$@" 2>/dev/null
}

case $mode/$file in
  fetch/*.history)
    "$@" || exit
    followed=$(upstream -c IDENTIFY_SYSTEM | cut -d ' ' -f 2)
    [ "$((0x${file%.history}))" -gt "${followed:-4294967295}" ] || exit 0
    rm -f -- "$path"
    echo "$file in the repository is not followed: the primary is on timeline $followed" >&2
    exit 1
    ;;
  push/*)
    # Decided once for each timeline of this very data directory.
    timeline="$(printf %.8s "$file") $(stat -c %i .)"
    if ! grep -qxF "$timeline" "$decided" 2>/dev/null; then
      set -f
      # shellcheck disable=SC2046 # two words
      set -- $(upstream -c 'SHOW cluster_name' -c 'SHOW in_hot_standby') -- "$@"
      set +f
      if [ "$1" != -- ]; then
        if [ "$2" = off ] && [ "$1" != '{{ node }}' ]; then
          echo "$file is not archived: $1 leads, which this server followed" >&2
          exit 1
        fi
        shift 2
      fi
      shift
      echo "$timeline" >>"$decided"
    fi
    ;;
esac
exec "$@"
