#!/bin/sh
# Says which addresses this host has, which it finds for names, and with which one it goes out to another host.
# Arguments: the other host, or nothing; names and addresses.
peer=$1
shift
found() { getent ahosts "$1" | sed -n 's/^\([^ ]*\) *STREAM.*/\1/p'; }
if command -v ip >/dev/null; then
  ip -o addr show | awk '{ sub("/.*", "", $4); print "own=" $4 }'
else
  for address in $(hostname -I); do echo "own=$address"; done
fi
for name do found "$name" | sed 's/^/found=/'; done
[ -z "$peer" ] || ip -o route get "$(found "$peer" | head -n 1)" 2>/dev/null | sed -n 's/.* src \([^ ]*\).*/source=\1/p'
