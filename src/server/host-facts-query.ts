// One question that answers everything a host is checked for before anything is changed on it.

import type { Instance } from '../model/instance.ts';
import { query, type Query } from '../host/command.ts';

/** What must be right on every host, whatever is on it. */
export interface SystemFacts {
  /** os-release's ID and VERSION_ID: "debian", "13". */
  readonly os: string;
  readonly release: string;
  readonly hasSystemd: boolean;
  /** The host's clock minus ours. */
  readonly clockOffsetSeconds: number;
}

export interface HostFacts extends SystemFacts {
  /** Who dbctl noted as the owner of the data directory: "orders/pg1". */
  readonly owner: string | undefined;
  /** Who listens on the node's port. */
  readonly listener: { readonly command: string; readonly pid: number } | undefined;
  /** The server of this data directory, from its postmaster.pid; it may have crashed since. */
  readonly postmaster: { readonly pid: number; readonly port: number } | undefined;
  readonly data:
    | { readonly state: 'absent' | 'empty' | 'mount' | 'foreign' }
    | { readonly state: 'cluster'; readonly version: number };
  readonly isStandby: boolean;
  /** The data directory that the instance's postgresql.conf names. */
  readonly configuredFor: string | undefined;
  /** The configuration of an instance that is this node too, at another port or of another version. */
  readonly elsewhere?: string | undefined;
  readonly diskTotalBytes: number;
  readonly diskFreeBytes: number;
  readonly cores: number;
}

// Without our own note, the settings of another cluster's node say whose the instance is; never that it is ours.
const script = `
other_owner() {
  sed -n "s/^cluster_name = '\\(.*\\)'.*/\\1/p" "$1/conf.d/dbctl.conf" 2>/dev/null | grep -vxF "\${2#/etc/dbctl/}"
}
configured_for() {
  [ -e "$1/postgresql.conf" ] || return
  found=$(sed -n "s/^ *data_directory *=* *'\\([^']*\\)'.*/\\1/p" "$1/postgresql.conf" | tail -n 1)
  echo "\${found:-$2}"
}
lives_in() {
  grep -lxF "cluster_name = '\${2#/etc/dbctl/}'" /etc/postgresql/*/*/conf.d/dbctl.conf 2>/dev/null |
    grep -vF "$1/conf.d/" | sed -n '1s,/conf.d/.*,,p'
}
. /etc/os-release
echo "os=$ID $VERSION_ID"
[ -d /run/systemd/system ] && echo systemd=yes || echo systemd=no
echo "clock=$(date +%s.%N)"
owner=$(cat "$4/owner" 2>/dev/null) || owner=$(other_owner "$3" "$4")
echo "owner=$owner"
echo "listener=$(ss -Hltnp "sport = :$2" | grep -o 'users:.*' | head -n 1)"
echo "postmaster=$(sed -n '1p;4p' "$1/postmaster.pid" 2>/dev/null | tr '\\n' ' ' || true)"
if [ ! -e "$1" ]; then echo data=absent
elif mountpoint -q "$1" && [ ! -e "$1/PG_VERSION" ]; then echo data=mount
elif [ -z "$(ls -A "$1")" ]; then echo data=empty
elif [ -e "$1/PG_VERSION" ]; then echo "data=$(cat "$1/PG_VERSION")"
else echo data=foreign; fi
[ -e "$1/standby.signal" ] || [ -e "$1.dbctl-restoring" ] && echo standby=yes || echo standby=no
echo "configured=$(configured_for "$3" "$1")"
echo "elsewhere=$(lives_in "$3" "$4")"
dir=$1; while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
df -Pk "$dir" | awk 'NR == 2 { print "disk=" $2 " " $4 }'
echo "cores=$(nproc)"
`;

/** Facts about a host and the place of one instance on it. */
export const hostFacts = (instance: Instance): Query<HostFacts> =>
  query(
    [
      'sh',
      '-c',
      script,
      'sh',
      instance.dataDirectory,
      String(instance.port),
      instance.configDirectory,
      instance.dbctlDirectory,
    ],
    (stdout) => parseHostFacts(stdout, Date.now()),
  );

/** The size of the file system that a path is on, or will be on when it is made, in bytes. */
export const fileSystemBytes = (path: string): Query<number> =>
  query(
    ['sh', '-c', 'd=$1; while [ ! -d "$d" ]; do d=$(dirname "$d"); done; df -Pk "$d"', 'sh', path],
    (stdout) => Number(/^\S+ +(\d+) /m.exec(stdout.slice(stdout.indexOf('\n')))?.[1]) * 1024,
  );

/** How many cores a host has. */
export const coresOf = (): Query<number> => query(['nproc'], Number);

export function parseHostFacts(stdout: string, now: number): HostFacts {
  const of = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  const [os = '', release = ''] = of('os').split(' ');
  const [totalKb, freeKb] = of('disk').split(' ').map(Number);
  return {
    os,
    release,
    hasSystemd: of('systemd') === 'yes',
    clockOffsetSeconds: Number(of('clock')) - now / 1000,
    owner: of('owner') || undefined,
    listener: parseListener(of('listener')),
    postmaster: parsePostmaster(of('postmaster')),
    data: parseData(of('data')),
    isStandby: of('standby') === 'yes',
    configuredFor: of('configured') || undefined,
    elsewhere: of('elsewhere') || undefined,
    diskTotalBytes: (totalKb ?? 0) * 1024,
    diskFreeBytes: (freeKb ?? 0) * 1024,
    cores: Number(of('cores')),
  };
}

function parseData(text: string): HostFacts['data'] {
  if (text === 'absent' || text === 'empty' || text === 'mount' || text === 'foreign') return { state: text };
  return { state: 'cluster', version: Number(text) };
}

/** The first and the fourth line of postmaster.pid: the process and its port. */
function parsePostmaster(text: string): HostFacts['postmaster'] {
  const [pid, port] = text.split(' ').map(Number);
  return pid && port ? { pid, port } : undefined;
}

/** users:(("postgres",pid=123,fd=6),…) */
function parseListener(text: string): HostFacts['listener'] {
  const found = /\("([^"]*)",pid=(\d+)/.exec(text);
  return found ? { command: found[1]!, pid: Number(found[2]) } : undefined;
}
