import { counted, formatBytes } from '../model/units.ts';
import type { BackupRow, BranchRow, RepositoryReport } from './repository-report.ts';
import { tableText, utc } from '../ui/text.ts';

/** What can be restored, from what, and how large it is; at most 80 columns wide. */
export function repositoryText(report: RepositoryReport): string {
  const { cluster, stanza, status, restorable, gaps, running } = report;
  return [
    `cluster ${cluster}, stanza ${stanza}: ${status}`,
    ...(running
      ? [`a backup runs now${running.percent === undefined ? '' : `: ${Math.floor(running.percent)} %`}`]
      : []),
    '',
    ...(restorable.length === 0 ? ['nothing can be restored'] : restorable.map(range)),
    ...gaps.map(
      ({ fromLsn, toLsn, missingFiles }) =>
        `WAL is missing from ${fromLsn} to ${toLsn}: ${counted(missingFiles, 'file')}`,
    ),
    ...report.branches.map(branch),
    ...report.backups.flatMap(({ label, damage }) =>
      damage === null ? [] : [`damaged: ${label}: ${damage}`],
    ),
    '',
    ...(report.backups.length > 0 ? [table(report.backups), ''] : []),
    `WAL         ${report.wal.files} files up to ${report.wal.newest ?? '-'}, ${formatBytes(report.wal.bytes)}`,
    `TIMELINE    ${report.timeline}`,
    `BACKUPS     ${formatBytes(report.backupBytes)} in the repository`,
    `LAST DRILL  ${drill(report)}`,
    '',
  ].join('\n');
}

const range = ({ from, to }: RepositoryReport['restorable'][number]): string =>
  `restorable to any second from ${utc(from)} to ${to === null ? 'now' : utc(to)} UTC`;

/** "timeline 2 left timeline 1 at 0/5000110: 3 files, 48 MB, up to 11-21 10:00 UTC, not of the server that leads" */
function branch({ timeline, fromTimeline, fromLsn, files, bytes, isForeign }: BranchRow): string {
  const from = fromTimeline === null ? 'has no history' : `left timeline ${fromTimeline} at ${fromLsn}`;
  const whose = isForeign ? 'not of the server that leads' : 'left behind';
  return `timeline ${timeline} ${from}: ${counted(files, 'file')}, ${formatBytes(bytes)}, ${whose}`;
}

function drill({ lastDrill }: RepositoryReport): string {
  if (lastDrill === null) return 'never';
  return `${lastDrill.passed ? 'passed' : 'FAILED'} ${utc(lastDrill.at)} UTC`;
}

const head = ['LABEL', 'TYPE', 'STOPPED (UTC)', 'SIZE', 'COPIED', 'REPO', 'WAL'];

function table(backups: readonly BackupRow[]): string {
  const rows = backups.map((one) => [
    one.label,
    one.type,
    utc(one.stoppedAt).slice(5, 16),
    formatBytes(one.databaseBytes),
    formatBytes(one.copiedBytes),
    one.repositoryBytes === null ? '' : formatBytes(one.repositoryBytes),
    mark(one),
  ]);
  return tableText(rows, { head, gap: ' ' });
}

function mark({ hasItsWal, hasPageErrors, damage }: BackupRow): string {
  if (damage !== null) return 'bad';
  if (!hasItsWal) return 'gap';
  return hasPageErrors ? 'pages' : 'ok';
}
