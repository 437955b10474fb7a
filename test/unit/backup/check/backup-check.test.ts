import { expect, test } from 'vitest';
import { backupCheck } from '../../../../src/backup/check/backup-check.ts';
import type {
  BackupFacts,
  ControlFacts,
  NodeBackupFacts,
} from '../../../../src/backup/check/backup-facts.ts';
import type { DrillResult } from '../../../../src/backup/drill/drill.ts';
import type { BackupRow, RepositoryReport } from '../../../../src/backup/repository-report.ts';
import { backupCheckText } from '../../../../src/backup/check/backup-check-text.ts';
import { pg2 } from '../../../support/shop.ts';
import { clusterOf, leastBackup } from '../../../support/cluster-file.ts';

const cluster = clusterOf({ ...leastBackup, BACKUP_REPOSITORY: 'versitygw' });
const backup = cluster.backup!;
const hour = 3600;
const day = 24 * hour;
const now = Date.parse('2026-11-21T12:00:00Z') / 1000;
const at = (secondsAgo: number): string => new Date((now - secondsAgo) * 1000).toISOString();

const row = (changes: Partial<BackupRow> = {}): BackupRow => ({
  label: '20261121-010000F',
  type: 'full',
  startedAt: at(2 * hour),
  stoppedAt: at(2 * hour),
  startLsn: '0/5000028',
  databaseBytes: 1e9,
  copiedBytes: 1e9,
  repositoryBytes: 3e8,
  hasItsWal: true,
  hasPageErrors: false,
  damage: null,
  ...changes,
});

const report = (changes: Partial<RepositoryReport> = {}): RepositoryReport => ({
  cluster: 'shop',
  stanza: 'shop',
  status: 'ok',
  restorable: [{ from: at(2 * hour), to: at(10), fromLsn: '0/6000000', toLsn: '0/9000000' }],
  gaps: [],
  timeline: 1,
  branches: [],
  hasOwnHistory: true,
  backups: [row()],
  wal: { oldest: 'a', newest: 'b', newestAt: at(10), files: 4, bytes: 10 },
  backupBytes: 3e8,
  lastDrill: null,
  running: null,
  ...changes,
});

const lastWal = '000000010000000000000008';
const timer = { type: 'full', unit: 'dbctl-backup-shop-full', isRunning: true } as const;

const control = (
  changes: Partial<ControlFacts> = {},
  reported: Partial<RepositoryReport> = {},
): ControlFacts => ({
  repository: { code: 0, message: 'ok', report: report(reported) },
  walNames: [`${lastWal}-checksum.zst`],
  brokenLinks: [],
  space: { totalBytes: 1e12, freeBytes: 5e11 },
  timers: [{ ...timer, lastResult: 'success', lastAt: now - 2 * hour, intervalSeconds: 7 * day }],
  runs: { last: [], running: [] },
  certificates: [{ host: 'control', what: 'CA', endsAt: now + 3650 * day }],
  ...changes,
});

const archiver = {
  mode: 'on',
  command: 'pgbackrest archive-push',
  lastArchivedWal: lastWal,
  lastArchivedAt: now - 30,
  lastFailedAt: null,
  waitingFiles: 0,
  oldestWaitingAt: null,
  hasArchivedFiles: true,
  now,
  isInRecovery: false,
  walFileBytes: 16 * 1024 ** 2,
  currentWal: '000000010000000000000009',
} as const;

const node = (changes: Partial<NodeBackupFacts> = {}): NodeBackupFacts => ({
  node: cluster.primary,
  archiver,
  isOurCommand: true,
  queueLimitBytes: 1024 ** 3,
  brokenLinks: [],
  drills: [],
  certificates: [{ host: 'pg1', what: 'PostgreSQL', endsAt: now + 397 * day }],
  histories: new Map(),
  ...changes,
});

const sight = (changes: Partial<BackupFacts> = {}): BackupFacts => ({
  now,
  control: control(),
  nodes: [node()],
  unseen: [],
  ...changes,
});

const drill = (changes: Partial<DrillResult>): DrillResult =>
  ({ result: 'passed', finishedAt: now - day, error: '', ...changes }) as DrillResult;

const problems = (seen: BackupFacts): string[] =>
  backupCheck(cluster, backup, seen)
    .findings.filter(({ status }) => status !== 'ok')
    .map(({ status, check }) => `${status} ${check}`);

test('a replica that is of no use to backups is told of, by its own state and by the last backup', () => {
  const paused = node({ node: pg2, archiver: { ...archiver, isInRecovery: true, isReplayPaused: true } });
  const last = {
    type: 'incr',
    beganAt: now - 90,
    end: { at: now - 20, exitCode: 0 },
    complaints: [],
  } as const;
  const runs = { last: [{ ...last, passedOver: '[082]: timeout' }], running: [] };

  const seen = backupCheck(cluster, backup, sight({ nodes: [node(), paused], control: control({ runs }) }));

  expect(seen).toMatchObject({ status: 'warning', exitCode: 1 });
  expect(seen.findings.filter(({ status }) => status !== 'ok').map(({ check }) => check)).toEqual([
    'backup-source',
    'replay',
  ]);
});

test('what is protected is OK, exit code 0', () => {
  expect(problems(sight())).toEqual([]);
  expect(backupCheck(cluster, backup, sight())).toMatchObject({ status: 'ok', exitCode: 0, notes: [] });
});

const gap = { fromLsn: '0/7000000', toLsn: '0/8000000', missingFiles: 1 };
const broken = { what: 'pg1 → control:8432: no answer: the TLS server is down', next: ['look'] };

test.each([
  {
    reason: 'nothing was ever set up',
    seen: sight({ control: control({ repository: undefined }) }),
    expected: ['critical repository'],
  },
  {
    reason: 'the repository cannot be read',
    seen: sight({ control: control({ repository: { code: 99, message: 'no', report: report() } }) }),
    expected: ['critical repository'],
  },
  {
    reason: 'there is no backup, and so no room for rehearsals',
    seen: sight({ control: control({}, { backups: [] }) }),
    expected: ['critical backup-age', 'warning drill'],
  },
  {
    reason: 'no WAL has arrived: not protected, whatever else is well',
    seen: sight({ control: control({}, { wal: { ...report().wal, files: 0 } }) }),
    expected: ['critical wal-gap'],
  },
  {
    reason: 'the last backup is older than BACKUP_WARN_AGE',
    seen: sight({ control: control({}, { backups: [row({ stoppedAt: at(30 * hour) })] }) }),
    expected: ['warning backup-age'],
  },
  {
    reason: 'the last backup is older than BACKUP_MAX_AGE',
    seen: sight({ control: control({}, { backups: [row({ stoppedAt: at(60 * hour) })] }) }),
    expected: ['critical backup-age'],
  },
  {
    reason: 'full backups stopped, though others are made; and no restore was rehearsed for too long',
    seen: sight({
      control: control({}, { backups: [row({ stoppedAt: at(10 * day) }), row({ type: 'incr' })] }),
    }),
    expected: ['warning full-age', 'warning drill'],
  },
  {
    reason: 'pages were damaged when the last backup was made',
    seen: sight({ control: control({}, { backups: [row({ hasPageErrors: true })] }) }),
    expected: ['critical page-errors'],
  },
  {
    reason: 'an older backup lacks WAL of its own',
    seen: sight({ control: control({}, { backups: [row({ label: 'A', hasItsWal: false }), row()] }) }),
    expected: ['warning backup-wal'],
  },
  {
    reason: 'WAL is missing after the last backup',
    seen: sight({ control: control({}, { gaps: [gap] }) }),
    expected: ['critical wal-gap'],
  },
  {
    reason: 'WAL is missing, but a later backup is not affected',
    seen: sight({ control: control({}, { gaps: [gap], backups: [row(), row({ startLsn: '0/8000028' })] }) }),
    expected: ['warning wal-gap'],
  },
  {
    reason: 'the disk of the repository is nearly full',
    seen: sight({ control: control({ space: { totalBytes: 1e12, freeBytes: 5e10 } }) }),
    expected: ['warning space'],
  },
  {
    reason: 'the next full backup does not fit',
    seen: sight({ control: control({ space: { totalBytes: 1e9, freeBytes: 2e8 } }) }),
    expected: ['critical space'],
  },
  {
    reason: 'a timer does not run, and a scheduled backup failed',
    seen: sight({
      control: control({
        timers: [
          {
            ...timer,
            isRunning: false,
            lastResult: undefined,
            lastAt: undefined,
            intervalSeconds: undefined,
          },
          { ...timer, type: 'incr', lastResult: 'exit-code', lastAt: now - hour, intervalSeconds: undefined },
        ],
      }),
    }),
    expected: ['warning schedule-full', 'warning schedule-incr'],
  },
  {
    reason: 'the last drill failed',
    seen: sight({ nodes: [node({ drills: [drill({}), drill({ result: 'failed', finishedAt: now - 5 })] })] }),
    expected: ['warning drill'],
  },
  {
    reason: 'the last drill was long ago',
    seen: sight({ nodes: [node({ drills: [drill({ finishedAt: now - 9 * day })] })] }),
    expected: ['warning drill'],
  },
  {
    reason: 'archiving is failing',
    seen: sight({ nodes: [node({ archiver: { ...archiver, lastFailedAt: now - 1 } })] }),
    expected: ['critical archiver'],
  },
  {
    reason: 'somebody else archives',
    seen: sight({ nodes: [node({ isOurCommand: false })] }),
    expected: ['critical archive-command'],
  },
  {
    reason: 'half of the queue is full',
    seen: sight({
      nodes: [node({ archiver: { ...archiver, waitingFiles: 32, oldestWaitingAt: now - 60 } })],
    }),
    expected: ['warning wal-queue'],
  },
  {
    reason: 'WAL counts as archived, but is nowhere',
    seen: sight({ control: control({ walNames: [] }) }),
    expected: ['critical wal-dropped'],
  },
  {
    reason: 'the primary does not answer',
    seen: sight({ nodes: [node({ archiver: undefined })] }),
    expected: ['critical archiver'],
  },
  {
    reason: 'a link is broken',
    seen: sight({ nodes: [node({ brokenLinks: [broken] })] }),
    expected: ['critical link'],
  },
  {
    reason: 'the control host is gone: nothing is known of the repository',
    seen: sight({ control: undefined, unseen: [{ name: 'control', problem: 'no route' }] }),
    expected: ['unknown ssh-control'],
  },
])('$reason', ({ seen, expected }) => {
  expect(problems(seen)).toEqual(expected);
});

test('the queue tells how long until WAL is given up', () => {
  const waiting = { ...archiver, waitingFiles: 32, oldestWaitingAt: now - 60 };
  const { findings } = backupCheck(cluster, backup, sight({ nodes: [node({ archiver: waiting })] }));

  expect(findings.find(({ check }) => check === 'wal-queue')?.message).toBe(
    '512 MB of WAL are waiting; the limit is 1.0 GB, reached in about 60 s',
  );
});

test('for people it is a few lines and one verdict, at most 80 columns wide', () => {
  const seen = sight({ nodes: [node({ brokenLinks: [broken] })] });

  expect(backupCheckText(backupCheck(cluster, backup, seen), 0)).toMatchInlineSnapshot(`
    "cluster shop: restorable 2026-11-21 10:00:00 to 2026-11-21 11:59:50 UTC
    ✓ the last backup is 2 h old
    ✓ 466 GB free on the repository's disk
    ✓ no restore drill has run yet
    ✓ pg1: WAL archived 30 s ago

    CRITICAL pg1 → control:8432: no answer: the TLS server is down
     → look

    CRITICAL: 1 problem
    "
  `);
  const minio = clusterOf(leastBackup);
  const noted = backupCheckText(backupCheck(minio, minio.backup!, sight()), 0);
  expect(noted).toContain('note: MinIO is no longer maintained');
  expect(noted.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(noted).toMatch(/OK: \d+ checks passed\n$/);
});

test('what pgBackRest complains of in its own check is critical', () => {
  expect(backupCheck(cluster, backup, sight(), []).exitCode).toBe(0);
  expect(backupCheck(cluster, backup, sight(), ['it timed out']).exitCode).toBe(2);
});

const branch = {
  timeline: 2,
  fromTimeline: 1,
  fromLsn: '0/5000110',
  files: 2,
  bytes: 4e4,
  newestAt: at(60),
  isForeign: true,
  mayBeOwn: false,
} as const;
const timelinesOf = (seen: BackupFacts) =>
  backupCheck(cluster, backup, seen).findings.filter(({ check }) => check === 'timelines');

test("another server's timeline is named, with who made it and how to remove it", () => {
  const histories = new Map([[2, [{ timeline: 1, endLsn: '0/5000110' }]]]);
  const nodes = [
    node(),
    node({ node: pg2, histories, archiver: { ...archiver, isInRecovery: true, currentWal: null } }),
  ];

  expect(timelinesOf(sight({ control: control({}, { branches: [branch] }), nodes }))).toMatchObject([
    {
      status: 'critical',
      message: expect.stringMatching(
        /^timeline 2, which left timeline 1 at 0\/5000110.*pg2 has it/,
      ) as unknown,
      next: [
        expect.stringMatching(/a person must decide .* if pg1 was started from an older copy/) as unknown,
        expect.stringContaining('dbctl backup restore --to=pg1:5499 --target-timeline 2') as unknown,
        expect.stringContaining('dbctl backup restore --in-place --target-timeline 2') as unknown,
        expect.stringContaining('dbctl reinit pg2') as unknown,
        expect.stringMatching(/^only when .*backup expire --timeline 2$/) as unknown,
      ],
    },
  ]);
  expect(timelinesOf(sight({ control: control({}, { branches: [branch] }) }))[0]!.message).toContain(
    'no node',
  );
  expect(
    timelinesOf(sight({ control: control({}, { branches: [{ ...branch, isForeign: false }] }) })),
  ).toMatchObject([{ status: 'ok' }]);
});

test("a timeline that may be the cluster's own is offered to nobody for removal", () => {
  const branches = [{ ...branch, mayBeOwn: true }];
  const [found] = timelinesOf(sight({ control: control({}, { branches }) }));

  expect(found?.next?.join()).toContain('restore --in-place --target-timeline 2');
  expect(found?.next?.join()).not.toContain('expire');
  expect(found?.next?.at(-1)).toMatch(/let pg1 be backed up.*: dbctl backup run --type full$/);
});

const archived = (endLsn: string) => new Map([[2, [{ timeline: 1, endLsn }]]]);

const collided = (endLsn: string): BackupFacts => {
  const repository = {
    code: 0,
    message: 'ok',
    report: report({ timeline: 2 }),
    histories: archived('0/5000110'),
  };
  const leads = { ...archiver, currentWal: '000000020000000000000009' };
  return sight({
    control: control({ repository }),
    nodes: [node({ archiver: leads, histories: archived(endLsn) })],
  });
};

test("a timeline of the leader's number that began elsewhere is another server's", () => {
  expect(timelinesOf(collided('0/5000110'))).toMatchObject([{ status: 'ok' }]);
  expect(timelinesOf(collided('0/6000000'))).toMatchObject([
    { status: 'critical', message: expect.stringContaining('nothing of pg1 is archived') as unknown },
  ]);
});

test('a history that is missing is sent again by hand', () => {
  const histories = new Map([[2, [{ timeline: 1, endLsn: '0/5000110' }]]]);
  const leads = { ...archiver, currentWal: '000000020000000000000009' };
  const seen = (known: typeof histories) =>
    sight({
      control: control({}, { timeline: 2, hasOwnHistory: false }),
      nodes: [node({ archiver: leads, histories: known })],
    });

  expect(timelinesOf(seen(histories))[0]?.next?.[0]).toMatch(
    /^send it again, on pg1: .* archive-push \S+00000002\.history$/,
  );
  expect(timelinesOf(seen(new Map()))[0]?.next?.[0]).toContain('a person must decide');
});

test('damage is critical for the newest backup, a warning for an older one', () => {
  const damaged = row({ damage: 'invalid checksum, found by backup verify' });

  expect(problems(sight({ control: control({}, { backups: [row(), damaged] }) }))).toEqual([
    'critical damage',
  ]);
  expect(problems(sight({ control: control({}, { backups: [damaged, row()] }) }))).toEqual([
    'warning damage',
  ]);
});
