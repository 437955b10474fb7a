// One question about a machine as a whole: its system, room, ports, packages, and how fast its shells start.
// Needs nothing but a shell, coreutils and awk; what other programs would add is missing without them.

import type { Listener, PackageVersions, SiteFacts, Startup } from './facts.ts';
import { loneQuery, type Query } from '../host/command.ts';

export interface SiteQuestion {
  /** Where data, or backups, will be. */
  readonly directory: string;
  /** The primary's data, to be counted; undefined elsewhere. */
  readonly dataDirectory: string | undefined;
  readonly packages: readonly string[];
  /** The package whose libraries sort text. */
  readonly server: string;
  readonly ports: readonly number[];
}

// The best of several: a busy machine is not what is looked for.
const shellStart = `
user=\${SUDO_USER:-root}
group=$(id -g "$user")
entry=$(getent passwd "$user")
home=$(echo "$entry" | cut -d: -f6)
shell=$(echo "$entry" | cut -d: -f7)
as() { (
  cd "$home" 2>/dev/null || cd /
  exec setpriv --reuid="$user" --regid="$group" --init-groups \
    env -i HOME="$home" USER="$user" LOGNAME="$user" SHELL="$shell" PATH="$PATH" timeout 3 "$@"
) </dev/null >/dev/null 2>&1; }
took() {
  best= total=0
  for round in 1 2 3 4 5 6 7 8 9 10; do
    begin=$(date +%s%N); as "$@"; spent=$((($(date +%s%N) - begin) / 1000)); total=$((total + spent))
    [ -n "$best" ] && [ "$best" -le "$spent" ] || best=$spent
    [ "$total" -lt 400000 ] || break
  done
  echo "$best"
}
echo "startup=$(took sh -c :) $(took "$shell" -lc :) $user $shell"
case $shell in
  */bash) files="/etc/profile /etc/bash.bashrc .bash_profile .bash_login .profile .bashrc"; by='bash --norc --noprofile' ;;
  */sh|*/dash) files="/etc/profile .profile"; by=sh ;;
  *) files= ;;
esac
for file in $files; do
  case $file in /*) ;; *) file=$home/$file ;; esac
  [ ! -r "$file" ] || echo "startfile=$(took $by -c '. "$1"' sh "$file") $file"
done
`;

// What is installed is known at once; what could be takes apt a second, so it is asked only where something is missing.
// As nobody: root's apt-cache would write a cache of its own. setpriv, not runuser, leaves nothing in the journal.
const packages = `
for name in $4; do
  version=$(dpkg-query -W -f='\${db:Status-Abbrev}\${Version}' -- "$name" 2>/dev/null | sed -n 's/^ii *//p')
  echo "package=$name \${version:--}"
  [ -n "$version" ] || missing="$missing $name"
done
[ -z "$missing" ] || offered=$(setpriv --reuid=nobody --regid=nogroup --clear-groups \\
  apt-cache show --no-all-versions $missing 2>/dev/null)
echo "$offered" | awk '$1 == "Package:" { name = $2 } $1 == "Version:" { print "offer=" name " " $2 }'
ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 && echo lists=yes || echo lists=no
depends=$(dpkg-query -W -f='\${Depends}' "$3" 2>/dev/null; echo "$offered" | grep '^Depends:')
echo "icu=$(echo "$depends" | grep -o 'libicu[0-9][0-9]*' | head -n 1)"
`;

const script = `
. /etc/os-release
echo "os=$ID $VERSION_ID"
[ -d /run/systemd/system ] && echo systemd=yes || echo systemd=no
echo "cores=$(nproc)"
echo "memory=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)"
echo "missing=$(for name in ss perl; do command -v "$name" >/dev/null || printf '%s ' "$name"; done)"
echo "overcommit=$(cat /proc/sys/vm/overcommit_memory)"
echo "hugepages=$(cat /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null)"
echo "glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)"
dir=$1; while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
df -Pk "$dir" | awk 'NR == 2 { print "disk=" $2 " " $4 }'
echo "path=$dir"
[ -z "$2" ] || [ ! -d "$2" ] || echo "data=$(timeout 1 du -skx "$2" 2>/dev/null | cut -f1)"
${shellStart}
${packages}
shift 4
for port do
  ss -Hltnp "sport = :$port" 2>/dev/null | grep -o 'users:.*' | head -n 1 |
    sed 's/^[^"]*"\\([^"]*\\)",pid=\\([0-9]*\\).*/\\2 \\1/' | while read -r pid command; do
      unit=$(sed -n 's|^0::.*/\\([^/]*\\.service\\).*|\\1|p' "/proc/$pid/cgroup" 2>/dev/null)
      echo "listener=$port $pid \${unit:--} $command"
    done
done
echo "clock=$(date +%s.%N)"
`;

/** Everything about a machine that does not belong to one instance. */
export const siteFacts = (asked: SiteQuestion): Query<SiteFacts> =>
  loneQuery(
    [
      ...['sh', '-c', script, 'sh', asked.directory, asked.dataDirectory ?? '', asked.server],
      asked.packages.join(' '),
      ...asked.ports.map(String),
    ],
    (stdout) => parseSiteFacts(stdout, Date.now()),
    { timeoutMs: 60_000 },
  );

/** The clock is the last thing the host says, so `now` is when that arrived. */
export function parseSiteFacts(stdout: string, now: number): SiteFacts {
  const all = (name: string): readonly string[] =>
    [...stdout.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1]!.trim());
  const of = (name: string): string => all(name)[0] ?? '';
  const [os = '', release = ''] = of('os').split(' ');
  const [totalKb = 0, freeKb = 0] = of('disk').split(' ').map(Number);
  return {
    os,
    release,
    hasSystemd: of('systemd') === 'yes',
    clockOffsetSeconds: Number(of('clock')) - now / 1000,
    cores: Number(of('cores')),
    memoryBytes: Number(of('memory')) * 1024,
    missingPrograms: of('missing').split(' ').filter(Boolean),
    disk: { path: of('path'), totalBytes: totalKb * 1024, freeBytes: freeKb * 1024 },
    dataBytes: of('data') === '' ? undefined : Number(of('data')) * 1024,
    listeners: all('listener').map(parseListener),
    hasPackageLists: of('lists') === 'yes',
    packages: parsePackages(all('package'), all('offer')),
    glibc: of('glibc') || undefined,
    icu: of('icu') || undefined,
    startup: parseStartup(of('startup'), all('startfile')),
    overcommit: Number(of('overcommit')),
    hasHugePagesAlways: of('hugepages').includes('[always]'),
  };
}

function parseListener(line: string): Listener {
  const [port, pid, unit, ...command] = line.split(' ');
  return {
    port: Number(port),
    pid: Number(pid),
    unit: unit === '-' ? undefined : unit,
    command: command.join(' '),
  };
}

/** "NAME VERSION", and "-" for none. */
function parsePackages(
  installed: readonly string[],
  offered: readonly string[],
): Readonly<Record<string, PackageVersions>> {
  const offers = new Map(offered.map((line) => line.split(' ') as [string, string]));
  return Object.fromEntries(
    installed.map((line) => {
      const [name = '', version] = line.split(' ');
      return [name, { installed: version === '-' ? undefined : version, candidate: offers.get(name) }];
    }),
  );
}

/** Microseconds, as the host counted them. */
function parseStartup(text: string, files: readonly string[]): Startup | undefined {
  const [plain, login, user, shell] = text.split(' ');
  if (!plain || !login || !user || !shell) return undefined;
  const plainMs = Number(plain) / 1000;
  return {
    user,
    shell,
    plainMs,
    loginMs: Number(login) / 1000,
    files: files.map((line) => {
      const [spent, ...path] = line.split(' ');
      return { path: path.join(' '), ms: Math.max(0, Number(spent) / 1000 - plainMs) };
    }),
  };
}
