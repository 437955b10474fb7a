// Is there a backup, is it young enough, whole, and rehearsed?

import type { Backup } from '../../model/backup.ts';
import type { BackupFacts, ControlFacts } from './backup-facts.ts';
import { checkRuns } from './check-runs.ts';
import { finding, type Finding } from '../../model/finding.ts';
import { gapAtEnd, type RepositoryReport } from '../repository-report.ts';
import { formatBytes, formatSeconds } from '../../model/units.ts';
import { unreadable } from '../backup-info.ts';

type Seen = ControlFacts & { readonly report: RepositoryReport };

interface Row {
  readonly check: string;
  /** Why anybody should care. */
  readonly reason: string;
  readonly judge: (seen: Seen, backup: Backup, sight: BackupFacts) => readonly Finding[];
}

const makeOne = 'dbctl backup run --type full';

const table: readonly Row[] = [
  {
    check: 'backup-age',
    reason: 'changes since the last backup are in WAL only: a restore takes longer, and one gap loses them',
    judge: ({ report }, { ageLimits }, { now }) => {
      const last = report.backups.at(-1);
      if (last === undefined) return [bad('backup-age', 'not protected: there is no backup', [makeOne])];
      const age = ageOf(last.stoppedAt, now);
      const message = `the last backup is ${formatSeconds(age)} old`;
      const next = ['see why none was made: dbctl backup schedule', 'make one: dbctl backup run'];
      if (age > ageLimits.maxSeconds) return [bad('backup-age', message, next)];
      if (age > ageLimits.warnSeconds) return [warn('backup-age', message, next)];
      return [ok('backup-age', message)];
    },
  },
  {
    check: 'full-age',
    reason: 'every other backup depends on a full one: the chain grows until the next',
    judge: ({ report, timers }, _, { now }) => {
      const full = report.backups.findLast(({ type }) => type === 'full');
      const interval = timers.find(({ type }) => type === 'full')?.intervalSeconds;
      if (full === undefined || interval === undefined) return [];
      const age = ageOf(full.stoppedAt, now);
      const message = `the last full backup is ${formatSeconds(age)} old, one is due every ${formatSeconds(interval)}`;
      if (age <= interval * 1.25 + 3600) return [ok('full-age', message)];
      return [warn('full-age', message, ['see why none was made: dbctl backup schedule', makeOne])];
    },
  },
  {
    check: 'page-errors',
    reason: 'a backup of damaged pages restores damaged pages',
    judge: ({ report }) => {
      const last = report.backups.at(-1);
      if (last === undefined) return [];
      if (!last.hasPageErrors) return [ok('page-errors', 'no page errors in the last backup')];
      return [
        bad('page-errors', `pages of the cluster were damaged when ${last.label} was made`, [
          'keep the older backups, and compare the data with a replica',
        ]),
      ];
    },
  },
  {
    check: 'backup-wal',
    reason: 'a backup cannot be restored without the WAL that was written while it was made',
    judge: ({ report }) => {
      const torn = report.backups.filter(({ hasItsWal }) => !hasItsWal).map(({ label }) => label);
      if (torn.length === 0) return [ok('backup-wal', 'every backup has its WAL')];
      const message = `WAL is missing for ${torn.join(', ')}`;
      const isNewest = torn.includes(report.backups.at(-1)?.label ?? '');
      return [(isNewest ? bad : warn)('backup-wal', message, [makeOne])];
    },
  },
  {
    check: 'wal-gap',
    reason: 'recovery stops where WAL is missing',
    judge: ({ report }) => judgeGaps(report),
  },
  {
    check: 'space',
    reason: 'a backup is made before an older one is removed: there must be room for one more',
    judge: ({ space, report }) => {
      if (space === undefined) return [];
      const share = space.freeBytes / space.totalBytes;
      const full = report.backups.findLast(({ type }) => type === 'full')?.repositoryBytes ?? 0;
      const message = `${formatBytes(space.freeBytes)} free on the repository's disk`;
      const next = ['free space there, or keep fewer backups: PGBACKREST_RETENTION_FULL'];
      if (share < 0.03) return [bad('space', message, next)];
      if (space.freeBytes < full) return [bad('space', `${message}, less than one full backup`, next)];
      return share < 0.1 ? [warn('space', message, next)] : [ok('space', message)];
    },
  },
  {
    check: 'drill',
    reason: 'only a restore proves that a backup works',
    judge: ({ report }, backup, sight) => [judgeDrill(report, backup, sight)],
  },
];

/** Status codes of `pgbackrest info`. */
const statusMeaning: Readonly<Record<number, string>> = {
  1: 'not protected: the repository has no stanza of the cluster',
  3: 'the information files of the repository are damaged',
  5: 'the repository belongs to another database',
};

export function checkRepository(backup: Backup, sight: BackupFacts): readonly Finding[] {
  const { control } = sight;
  if (control === undefined) return [];
  const { repository } = control;
  if (repository === undefined) {
    return [bad('repository', 'not protected: backups are not set up', ['dbctl backup setup'])];
  }
  const { code, message, report } = repository;
  if (report === undefined || (code !== 0 && code !== 2)) {
    const what = statusMeaning[code] ?? `the repository cannot be read: ${message.split('\n')[0]}`;
    return [bad('repository', what, code === unreadable ? [] : ['dbctl backup setup'])];
  }
  return [
    ok('repository', 'the repository can be read'),
    ...checkDamage(report),
    ...table.flatMap(({ judge }) => judge({ ...control, report }, backup, sight)),
    ...checkRuns(control, report, sight.now),
  ];
}

/** One that builds on a damaged backup is damaged too. */
function checkDamage({ backups }: RepositoryReport): readonly Finding[] {
  const damaged = backups.filter(({ damage }) => damage !== null);
  if (damaged.length === 0) return [ok('damage', 'no backup is known to be damaged')];
  const isNewest = backups.at(-1)!.damage !== null;
  const message = `damaged, and not restored from: ${damaged.map(({ label, damage }) => `${label} (${damage})`).join(', ')}`;
  return [
    (isNewest ? bad : warn)('damage', message, [
      makeOne,
      'if the files were put right: dbctl backup verify clears what it finds sound',
    ]),
  ];
}

function judgeGaps(report: RepositoryReport): readonly Finding[] {
  const { gaps, backups, wal } = report;
  if (wal.files === 0 && backups.length > 0) {
    return [bad('wal-gap', 'not protected: no WAL has arrived in the repository', ['dbctl backup setup'])];
  }
  const [last] = gaps.slice(-1);
  if (last === undefined) return [ok('wal-gap', 'the WAL has no gap')];
  const message = `${last.missingFiles} WAL files are missing from ${last.fromLsn} on`;
  return gapAtEnd(report) === undefined
    ? [warn('wal-gap', `${message}; a later backup is not affected`, ['it expires with the older backups'])]
    : [bad('wal-gap', `not protected: ${message}; no later point can be restored`, [makeOne])];
}

function judgeDrill({ backups }: RepositoryReport, backup: Backup, { nodes, now }: BackupFacts): Finding {
  const drills = nodes.flatMap((node) => node.drills).toSorted((a, b) => a.finishedAt - b.finishedAt);
  const rehearse = ['run a drill: dbctl backup drill'];
  const last = drills.at(-1);
  if (last === undefined) {
    const oldest = backups[0];
    const isEarly =
      backup.schedule.drill !== undefined &&
      oldest !== undefined &&
      ageOf(oldest.stoppedAt, now) <= backup.drillAgeSeconds;
    return isEarly
      ? ok('drill', 'no restore drill has run yet')
      : warn('drill', 'no restore drill has ever run', rehearse);
  }
  const age = now - last.finishedAt;
  if (last.result !== 'passed') {
    return warn(
      'drill',
      `the last restore drill, ${formatSeconds(age)} ago, failed: ${last.error}`,
      rehearse,
    );
  }
  const message = `the last restore drill passed ${formatSeconds(age)} ago`;
  return age > backup.drillAgeSeconds ? warn('drill', message, rehearse) : ok('drill', message);
}

const ageOf = (iso: string, now: number): number => Math.max(0, now - Date.parse(iso) / 1000);

const ok = (check: string, message: string): Finding => finding({ check }, 'ok', message);
const warn = (check: string, message: string, next: readonly string[]): Finding =>
  finding({ check }, 'warning', message, next);
const bad = (check: string, message: string, next: readonly string[]): Finding =>
  finding({ check }, 'critical', message, next);
