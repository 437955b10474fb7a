import { rpoSeconds, rtoSeconds, type DrillResult } from './drill.ts';
import { parseTargetTime } from '../recovery-target.ts';
import { counted, formatBytes, formatSeconds, formatTime } from '../../model/units.ts';
import { screenWidth, shorten, tableText } from '../../ui/text.ts';

/** What one drill found, and the verdict. */
export function drillText(drill: DrillResult): string {
  const checks = drill.checks.filter(({ passed }) => !passed);
  return [
    tableText(rowsOf(drill).filter(([, value]) => value !== '')),
    ...checks.flatMap(({ name, detail }) => [
      shorten(`failed: ${name}`),
      ...(detail ? [`  ${shorten(detail, screenWidth - 2)}`] : []),
    ]),
    ...drill.warnings.map((warning) => shorten(`warning: ${warning}`)),
    verdictOf(drill),
    '',
  ].join('\n');
}

function rowsOf(drill: DrillResult): readonly (readonly [string, string])[] {
  const { seconds, bytes, tables, checks, checksums } = drill;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    ['node', drill.node],
    ['backup', drill.label],
    ['restored to', aimOf(drill)],
    ['newest transaction', newestText(drill)],
    ['time to restore', rtoText(drill)],
    ['newest changes missing', rpoText(drill)],
    ['copied', bytes === null ? '' : formatBytes(bytes)],
    ['page checksums', checksums],
    ['tables', tables.length === 0 ? '' : `${tables.length}, ${rows} rows`],
    ['checks', `${checks.filter(({ passed }) => passed).length} of ${checks.length} passed`],
    ['checks took', seconds.checks === null ? '' : formatSeconds(seconds.checks)],
  ];
}

function aimOf({ target: { type, value, isRandom } }: DrillResult): string {
  if (type === 'default') return 'the end of the archive';
  const at = type === 'time' ? parseTargetTime(value) : undefined;
  const point = at === undefined ? `${type} ${value}`.trimEnd() : formatTime(at);
  return isRandom ? `a random point, ${point}` : point;
}

const newestText = ({ newestTransactionAt }: DrillResult): string =>
  newestTransactionAt === null ? 'none in the WAL' : formatTime(newestTransactionAt);

function rtoText(drill: DrillResult): string {
  const total = rtoSeconds(drill);
  const { copy, replay } = drill.seconds;
  if (total === undefined) return 'not restored';
  return `${formatSeconds(total)} (copying ${formatSeconds(copy!)}, replaying WAL ${formatSeconds(replay!)})`;
}

function rpoText(drill: DrillResult): string {
  const seconds = rpoSeconds(drill);
  if (seconds === undefined) return drill.target.type === 'default' ? 'unknown' : '';
  if (drill.lastCommitAt === null) return `at most ${formatSeconds(seconds)}`;
  return seconds === 0 ? 'none' : formatSeconds(seconds);
}

function verdictOf(drill: DrillResult): string {
  if (drill.result === 'passed') return 'passed: the backup can be restored';
  const names = drill.checks.filter(({ passed }) => !passed).length;
  return `failed: ${names > 0 ? `${counted(names, 'check')} failed` : drill.error}`;
}

const head = ['WHEN (UTC)', 'NODE', 'RESULT', 'RESTORE', 'MISSING', 'BACKUP'];

/** Past drills, one line each, oldest first. */
export function drillHistoryText(drills: readonly DrillResult[]): string {
  if (drills.length === 0) return 'no drill yet: dbctl backup drill\n';
  const rows = drills.map((drill) => {
    const [rto, rpo] = [rtoSeconds(drill), rpoSeconds(drill)];
    return [
      formatTime(drill.startedAt).slice(0, 16).replace('T', ' '),
      shorten(drill.node, 10),
      drill.result,
      rto === undefined ? '' : formatSeconds(rto),
      rpo === undefined ? '' : formatSeconds(rpo),
      // Its own part: before it stands the backup that it builds on.
      drill.label.split('_').at(-1) ?? '',
    ];
  });
  return `${tableText(rows, { head })}\n`;
}
