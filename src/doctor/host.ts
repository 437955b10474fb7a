// Is one machine fit for what is to be on it? Facts in, findings out.

import { nodeConfigOf, pgbackrestFiles } from '../backup/pgbackrest.ts';
import type { Cluster } from '../model/cluster.ts';
import { about, type DoctorFinding, type Level } from './finding.ts';
import type { SeenSite } from './facts.ts';
import { systemProblems } from '../server/system-check.ts';
import { nodeFindings, type SeenPrimary } from './nodes.ts';
import { packageFindings, foreignListeners } from './needs.ts';
import { memoryFindings } from './settings.ts';
import { isEtcdMember } from '../etcd/etcd.ts';
import type { Site } from '../model/site.ts';
import { formatBytes } from '../model/units.ts';

interface Rule {
  readonly check: string;
  readonly level: Level;
  readonly reason: string;
  readonly broken: (seen: SeenSite) => boolean;
  readonly what: (seen: SeenSite) => string;
  readonly next: (seen: SeenSite, cluster: Cluster) => readonly string[];
}

const megabyte = 1024 ** 2;

const freeShare = ({ facts: { disk } }: SeenSite): number => disk.freeBytes / disk.totalBytes;

const rules: readonly Rule[] = [
  {
    check: 'program',
    level: 'warn',
    reason: 'ss lists the listening ports, and Perl tries the links; without them neither is checked',
    broken: ({ facts }) => facts.missingPrograms.length > 0,
    what: ({ facts }) => `${facts.missingPrograms.join(' and ')} missing, so not everything could be checked`,
    next: () => ['apt-get install --no-install-recommends iproute2 perl-base'],
  },
  {
    check: 'disk',
    level: 'fail',
    reason: 'a full disk stops PostgreSQL, and recovery needs room as well',
    broken: (seen) => freeShare(seen) < 0.05,
    what: (seen) => `${roomLeft(seen)}: it is nearly full`,
    next: ({ facts }) => [`see what uses it: du -xh --max-depth=3 ${facts.disk.path} | sort -h | tail`],
  },
  {
    check: 'disk',
    level: 'warn',
    reason: 'WAL retained for a dead replica fills the rest within hours',
    broken: (seen) => freeShare(seen) >= 0.05 && freeShare(seen) < 0.15,
    what: roomLeft,
    next: ({ facts }) => [`see what uses it: du -xh --max-depth=3 ${facts.disk.path} | sort -h | tail`],
  },
  {
    check: 'speed',
    level: 'warn',
    reason: 'every commit waits until its WAL is on disk',
    broken: ({ speed }) => (speed?.sync ?? 0) > 0.02,
    what: ({ speed, facts }) =>
      `a commit waits ${((speed?.sync ?? 0) * 1000).toFixed(0)} ms for the disk of ${facts.disk.path}`,
    next: () => ['see what else writes there: iostat -x 1 5; or give the data a faster disk'],
  },
  {
    check: 'speed',
    level: 'warn',
    reason: 'a clone, a restore and a checkpoint are as slow as the disk',
    broken: ({ speed }) => (speed?.write ?? Infinity) < 20 * megabyte,
    what: ({ speed, facts }) => `${facts.disk.path} takes ${formatBytes(speed?.write ?? 0)}/s`,
    next: () => ['see what else writes there: iostat -x 1 5; or give the data a faster disk'],
  },
  {
    check: 'memory',
    level: 'warn',
    reason: 'PostgreSQL, pgBackRest and the file cache share the memory',
    broken: ({ facts }) => facts.memoryBytes < 900 * megabyte,
    what: ({ facts }) => `it has ${formatBytes(facts.memoryBytes)} of memory`,
    next: () => ['give the host 1 GB or more'],
  },
  {
    check: 'shell',
    level: 'warn',
    reason: 'each command over SSH starts a shell of that account first',
    broken: (seen) => slowStart(seen) !== undefined,
    what: (seen) => slowStart(seen) ?? '',
    next: ({ facts }) => [
      `see what takes the time, as ${facts.startup?.user}: PS4='$EPOCHREALTIME ' bash -lxc :`,
      'make it fast, or run it in interactive shells only: case $- in *i*) …; esac',
    ],
  },
  {
    check: 'package',
    level: 'note',
    reason: 'who types pgbackrest there works with another repository than dbctl, or with another cluster',
    broken: ({ otherConfigs }) => otherConfigs.length > 0,
    what: ({ otherConfigs }) =>
      `pgbackrest without --config reads another configuration of this stanza: ${otherConfigs.join(', ')}`,
    next: ({ site }, cluster) => [
      `leave it, and name the cluster's own: ${pgbackrestByHand(cluster, site)} info`,
    ],
  },
  {
    check: 'kernel',
    level: 'note',
    reason: 'the kernel promises memory that it does not have, and its OOM killer then ends PostgreSQL',
    broken: ({ facts }) => facts.overcommit === 1,
    what: () => 'vm.overcommit_memory is 1: when memory runs out, the kernel kills PostgreSQL',
    next: () => [
      'sysctl -w vm.overcommit_memory=2',
      'keep it: echo vm.overcommit_memory=2 > /etc/sysctl.d/60-postgresql.conf',
    ],
  },
  {
    check: 'kernel',
    level: 'note',
    reason: 'PostgreSQL requests huge pages itself, and waits while the kernel builds others',
    broken: ({ facts }) => facts.hasHugePagesAlways,
    what: () => 'transparent huge pages are always on, which can stall PostgreSQL',
    next: () => ['echo madvise > /sys/kernel/mm/transparent_hugepage/enabled'],
  },
];

function pgbackrestByHand(cluster: Cluster, { nodes: [node] }: Site): string {
  const config = node ? nodeConfigOf(cluster, node) : pgbackrestFiles(cluster).controlConfig;
  return `runuser -u postgres -- pgbackrest --config=${config} --stanza=${cluster.backup?.stanza}`;
}

function roomLeft(seen: SeenSite): string {
  const { disk } = seen.facts;
  const percent = Math.round(freeShare(seen) * 100);
  return `${formatBytes(disk.freeBytes)} of ${formatBytes(disk.totalBytes)} (${percent} %) are free on ${disk.path}`;
}

/** Beyond 50 ms, and not only because the whole machine is busy. */
function slowStart({ facts: { startup } }: SeenSite): string | undefined {
  if (startup === undefined) return undefined;
  const { user, shell, plainMs, loginMs, files } = startup;
  const isSlow = (ms: number): boolean => ms > 50 && ms > 3 * plainMs;
  const slow = files.filter(({ ms }) => isSlow(ms)).map(({ path, ms }) => `${path} ${Math.round(ms)} ms`);
  if (slow.length === 0 && !isSlow(loginMs - plainMs)) return undefined;
  const whole = `a login shell of ${user} (${shell}) takes ${Math.round(loginMs)} ms to start`;
  return slow.length === 0 ? whole : `${whole}; slow startup files: ${slow.join(', ')}`;
}

/** etcd's members wait for each other's disks before they agree on anything. */
function* etcdDisk(cluster: Cluster, seen: SeenSite): Iterable<DoctorFinding> {
  const milliseconds = (seen.speed?.sync ?? 0) * 1000;
  if (!isEtcdMember(cluster, seen.site) || milliseconds <= 10) return;
  yield about(
    'warn',
    'speed',
    seen,
  )({
    what: `etcd waits ${milliseconds.toFixed(0)} ms for the disk of ${seen.facts.disk.path}, and wants less than 10 ms`,
    next: ['see what else writes there: iostat -x 1 5; or name hosts with a faster disk in ETCD_HOSTS'],
  });
}

/** Everything that is to be said about one machine that was seen. */
export function siteFindings(
  cluster: Cluster,
  seen: SeenSite,
  primary: SeenPrimary,
): readonly DoctorFinding[] {
  return [
    ...systemProblems(seen.facts).map(about('fail', 'system', seen)),
    ...nodeFindings(cluster, seen, primary),
    ...memoryFindings(cluster, seen),
    ...foreignListeners(cluster, seen).map(about('fail', 'port', seen)),
    ...packageFindings(cluster, seen),
    ...etcdDisk(cluster, seen),
    ...rules
      .filter(({ broken }) => broken(seen))
      .map(({ check, level, what, next }) =>
        about(level, check, seen)({ what: what(seen), next: next(seen, cluster) }),
      ),
  ];
}
