#!/bin/sh
# Written by dbctl. Removes the copy {{ version }}/{{ name }} from this host, and nothing else: no link is followed.
# As root: sh {{ path }}
set -eu
data='{{ data }}' config='{{ config }}' tablespaces='{{ tablespaces }}' unit='{{ unit }}'
unit_files='{{ unit_files }}' log='/var/log/postgresql/{{ log_name }}'
if [ ! -e '{{ settings }}' ]; then
  echo "{{ version }}/{{ name }} is not a copy any more: {{ settings }} is gone. Nothing was removed." >&2
  exit 1
fi
systemctl stop -- "$unit"
if pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) && [ "$(readlink "/proc/$pid/cwd")" = "$data" ]; then
  echo "a server still runs in $data. Nothing was removed." >&2
  exit 1
fi
for link in "$data"/pg_tblspc/* "$data/pg_wal"; do
  [ ! -L "$link" ] || case $(readlink -m "$link")/ in
    "$tablespaces"/*) ;;
    *) echo "left alone: $(readlink "$link"), which is not below $tablespaces" ;;
  esac
done
rm -rf --one-file-system -- "$data" "$data.dbctl-restore" "$data.dbctl-restore-new" "$tablespaces"
rm -f -- "$log.log" "$log"-???.log
for path in $unit_files; do rm -rf -- "$path"; done
rm -rf -- "$config"
systemctl daemon-reload
systemctl reset-failed -- "$unit" 2>/dev/null || :
rm -rf -- '{{ dbctl }}'
