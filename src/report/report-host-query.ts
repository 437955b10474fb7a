// What a support bundle has of one host: each file is the answer to one question. Nothing is written on the host.

import { loneQuery, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import type { PgbackrestPlace } from '../backup/pgbackrest-query.ts';

/** A file of the bundle, and the question whose answer it holds. */
export interface ReportItem {
  readonly file: string;
  readonly query: Query<string>;
}

const patienceMs = 60_000;

/** Each command of the script is shown above what it says; one that fails stops nothing. */
const showing = `show() { printf '\\n$ %s\\n' "$*"; "$@" 2>&1 || echo "(exit code $?)"; }\n`;

const item = (file: string, script: string, ...parameters: readonly string[]): ReportItem => ({
  file,
  query: loneQuery(sh(showing + script, ...parameters), (stdout) => stdout.trimStart(), {
    timeoutMs: patienceMs,
  }),
});

const packages =
  "'postgresql*' pgbackrest libpq5 'libicu*' locales libc6 openssl systemd systemd-timesyncd chrony openssh-server sudo";
const units = "'postgresql*' 'dbctl*' 'pgbackrest*'";

/** Every host has these. */
export const hostItems: readonly ReportItem[] = [
  item(
    'system.txt',
    `show uname -a; show cat /etc/os-release; show uptime; show nproc; show systemctl is-system-running
     show systemd-detect-virt; show ip -br address; show ss -Hltn`,
  ),
  item(
    'memory.txt',
    'show free -m; show sysctl vm.overcommit_memory vm.swappiness vm.nr_hugepages; show cat /proc/meminfo',
  ),
  item('disk.txt', 'show df -PTh; show df -Pi; show cat /proc/mounts'),
  item(
    'clock.txt',
    'show date -u +%FT%T.%3NZ; show timedatectl show; [ ! -x /usr/bin/chronyc ] || show chronyc -n tracking',
  ),
  item('versions.txt', `show dpkg-query -W -f '\${Package} \${Version} \${db:Status-Abbrev}\\n' ${packages}`),
  item(
    'units.txt',
    `show systemctl --no-pager --plain --full --all list-units ${units}
     show systemctl --no-pager --plain --full list-unit-files ${units}
     show systemctl --no-pager --full --all list-timers 'dbctl*'
     show systemctl --no-pager --plain --failed`,
  ),
  item('kernel.txt', 'show journalctl -qk -p warning -n 200 --no-pager -o short-iso'),
];

/** The last lines of the journal of every unit of dbctl's, also of those that are no more. */
export const journalItem = (lines: number): ReportItem =>
  item(
    'journal.txt',
    `for unit in $(journalctl -qF _SYSTEMD_UNIT | grep '^dbctl' | sort); do
       show journalctl -qu "$unit" -n "$1" --no-pager -o short-iso
     done`,
    String(lines),
  );

/** What is in the repository, as pgBackRest of the control host says it. */
export const repositoryItem = ({ config, stanza }: PgbackrestPlace): ReportItem =>
  item(
    'pgbackrest.txt',
    `[ -e "$1" ] || { echo "there is no $1"; exit 0; }
     ask() { show runuser -u postgres -- pgbackrest --config="$1" --stanza="$2" --log-level-console=warn --log-level-file=off "$3" info; }
     cd /; show pgbackrest version; ask "$1" "$2" --output=text; ask "$1" "$2" --output=json`,
    config,
    stanza,
  );
