// How fast a file system is, found out in about a second.

import type { DiskSpeed } from './facts.ts';
import { loneQuery, type Query } from '../host/command.ts';

// The file has no name any more when the first byte is written: the kernel removes it, whatever happens to us.
// GNU dd opens it again for each part, so that each can say how it writes.
const script = `
dir=$1; while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
[ "$(df -Pk "$dir" | awk 'NR == 2 { print $4 }')" -gt 1000000 ] || exit 0
umask 077
file=$(mktemp "$dir/.dbctl-doctor-XXXXXX") || exit 0
exec 3<>"$file"; rm -f -- "$file"
size() { stat -L -c %s /proc/self/fd/3; }
part() {
  name=$1; limit=$2; shift 2
  begin=$(date +%s%N); timeout "$limit" dd status=none "$@" 2>/dev/null; code=$?
  spent=$((($(date +%s%N) - begin) / 1000))
}
part sync 0.3 if=/dev/zero of=/proc/self/fd/3 bs=8k count=30 oflag=dsync conv=notrunc
echo "sync=$(($(size) / 8192)) $spent"
part write 0.4 if=/dev/zero of=/proc/self/fd/3 bs=1M count=60 oflag=dsync
echo "write=$(size) $spent"
part read 0.3 if=/proc/self/fd/3 of=/dev/null bs=1M iflag=direct
[ "$code" = 0 ] && echo "read=$(size) $spent"
exit 0
`;

/** Tests the file system that a directory is on, or will be on. Nothing is written where less than 1 GB is free. */
export const diskSpeed = (directory: string): Query<DiskSpeed> =>
  loneQuery(['sh', '-c', script, 'sh', directory], parseDiskSpeed, { timeoutMs: 30_000 });

/** Amounts and the microseconds that they took. */
export function parseDiskSpeed(stdout: string): DiskSpeed {
  const rate = (name: string): number | undefined => {
    const [, amount, spent] = new RegExp(`^${name}=(\\d+) (\\d+)$`, 'm').exec(stdout) ?? [];
    const perSecond = (Number(amount) * 1e6) / Number(spent);
    return perSecond > 0 ? perSecond : undefined;
  };
  const syncs = rate('sync');
  return { write: rate('write'), read: rate('read'), sync: syncs && 1 / syncs };
}
