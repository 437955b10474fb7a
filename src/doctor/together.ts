// Do the machines fit together? Facts of all of them in, findings out.

import type { Cluster } from '../model/cluster.ts';
import type { SeenSite } from './facts.ts';
import type { DoctorFinding, Level } from './finding.ts';
import { serverPackage, versionsOf } from './packages.ts';
import { formatSeconds } from '../model/units.ts';

interface Rule {
  readonly check: string;
  readonly level: Level;
  readonly reason: string;
  /** What should be the same everywhere, by host; empty when nobody needs to compare it. */
  readonly values: (cluster: Cluster, seen: readonly SeenSite[]) => ReadonlyMap<string, string>;
  readonly what: string;
  readonly next: (cluster: Cluster) => readonly string[];
}

const rules: readonly Rule[] = [
  {
    check: 'version',
    level: 'fail',
    reason: 'pgBackRest works only between hosts of the same version',
    values: ({ backup }, seen) => (backup ? versionsOf(seen, 'pgbackrest') : new Map()),
    what: 'the versions of pgBackRest differ',
    next: () => [
      'install the same version on all of them: apt-get update && apt-get install --only-upgrade pgbackrest',
      "hosts with different Debian releases need the PostgreSQL project's own repository for that",
    ],
  },
  {
    check: 'version',
    level: 'warn',
    reason: 'a bug that is fixed on one of them comes back after a switchover',
    values: (cluster, seen) => versionsOf(seen, serverPackage(cluster)),
    what: 'the minor versions of PostgreSQL differ',
    next: (cluster) => [
      `install the same version on all of them: apt-get update && apt-get install --only-upgrade ${serverPackage(cluster)}`,
    ],
  },
  {
    check: 'collation',
    level: 'warn',
    reason: 'a replica whose library sorts differently silently finds the wrong rows by index',
    values: (_, seen) => onNodes(seen, ({ facts }) => facts.glibc),
    what: 'the versions of glibc differ, and with them the sort order of text',
    next: () => [
      'use the same operating system release on all nodes',
      'or no collation but C and C.UTF-8 in any index: dbctl makes databases with C.UTF-8',
    ],
  },
  {
    check: 'collation',
    level: 'warn',
    reason: 'a replica whose library sorts differently silently finds the wrong rows by index',
    values: (_, seen) => onNodes(seen, ({ facts }) => facts.icu),
    what: 'the versions of ICU differ, and with them the sort order of text',
    next: () => ['use the same operating system release on all nodes, or no ICU collation in any index'],
  },
];

const onNodes = (
  seen: readonly SeenSite[],
  value: (seen: SeenSite) => string | undefined,
): ReadonlyMap<string, string> =>
  new Map(
    seen.flatMap((one) => {
      const found = one.nodes.length > 0 ? value(one) : undefined;
      return found === undefined ? [] : [[one.site.name, found] as const];
    }),
  );

/** Everything that differs and should not. */
export const togetherFindings = (cluster: Cluster, seen: readonly SeenSite[]): readonly DoctorFinding[] => [
  ...rules.flatMap(({ check, level, values, what, next }) => {
    const found = values(cluster, seen);
    if (new Set(found.values()).size <= 1) return [];
    const each = [...found].map(([name, value]) => `${name} ${value}`).join(', ');
    return [{ level, check, hosts: [], what: `${what}: ${each}`, next: next(cluster) }];
  }),
  ...clockFindings(seen),
];

/** Lag and points in time are told by clocks; a second is more than any clock that is kept right is off. */
const worthTelling = 1;
/** From here on the host itself is refused. */
const tooMuch = 60;

function clockFindings(seen: readonly SeenSite[]): readonly DoctorFinding[] {
  const clocks = seen.map(({ site, facts }) => ({ name: site.name, offset: facts.clockOffsetSeconds }));
  const offsets = clocks.map(({ offset }) => offset);
  const apart = Math.max(...offsets) - Math.min(...offsets);
  if (offsets.some((offset) => Math.abs(offset) > tooMuch)) return [];
  const about = { level: 'warn', check: 'clock', hosts: [], next: ['timedatectl set-ntp true'] } as const;
  if (apart > worthTelling) {
    const each = clocks.map(({ name, offset }) => `${name} ${signed(offset)}`).join(', ');
    return [
      { ...about, what: `the clocks are ${formatSeconds(apart)} apart: ${each} (from this machine's)` },
    ];
  }
  if (clocks.length === 0 || offsets.every((offset) => Math.abs(offset) <= worthTelling)) return [];
  return [{ ...about, what: `this machine's clock is ${signed(-offsets[0]!)} from those of the hosts` }];
}

const signed = (seconds: number): string => `${seconds < 0 ? '-' : '+'}${formatSeconds(Math.abs(seconds))}`;
