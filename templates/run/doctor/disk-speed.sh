#!/bin/sh
# Measures how fast a file system writes and reads, in about a second.
# The file has no name any more when the first byte is written: the kernel removes it, whatever happens to us.
# GNU dd opens it again for each part, so that each can say how it writes.
# Argument: a directory that is on it, or will be.
dir=$1; while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
[ "$(df -Pk "$dir" | awk 'NR == 2 { print $4 }')" -gt 1000000 ] || exit 0
umask 077
file=$(mktemp "$dir/.dbctl-doctor-XXXXXX") || exit 0
exec 3<>"$file"; rm -f -- "$file"
size() { stat -L -c %s /proc/self/fd/3; }
part() {
  limit=$1; shift
  begin=$(date +%s%N); timeout "$limit" dd status=none "$@" 2>/dev/null; code=$?
  spent=$((($(date +%s%N) - begin) / 1000))
}
part 0.3 if=/dev/zero of=/proc/self/fd/3 bs=8k count=30 oflag=dsync conv=notrunc
echo "sync=$(($(size) / 8192)) $spent"
part 0.4 if=/dev/zero of=/proc/self/fd/3 bs=1M count=60 oflag=dsync
echo "write=$(size) $spent"
part 0.3 if=/proc/self/fd/3 of=/dev/null bs=1M iflag=direct
[ "$code" = 0 ] && echo "read=$(size) $spent"
exit 0
