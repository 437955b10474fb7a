// Are backups made, by the schedule and when somebody asks? One that failed is known before the last one is too old.

import { finding, type Finding } from '../../model/finding.ts';
import { formatSeconds } from '../../model/units.ts';
import { backupWords, failedBackups } from '../backup-runs.ts';
import type { RepositoryReport } from '../repository-report.ts';
import type { ControlFacts, TimerFacts } from './backup-facts.ts';

export const checkRuns = (
  { timers, runs }: Pick<ControlFacts, 'timers' | 'runs'>,
  report: Pick<RepositoryReport, 'backups'>,
  now: number,
): readonly Finding[] => [
  ...judgeRuns(runs, report, now),
  ...judgeSources(runs),
  ...timers.map((timer) => judgeTimer(timer, runs)),
];

/** A backup from the primary takes what the primary has for applications; a replica that was passed over has a reason. */
function judgeSources({ last }: ControlFacts['runs']): readonly Finding[] {
  const [newest] = last.toSorted((one, other) => other.beganAt - one.beganAt);
  if (newest?.passedOver === undefined || newest.end?.exitCode !== 0) return [];
  return [
    finding(
      { check: 'backup-source' },
      'warning',
      `the last backup passed over a server: ${newest.passedOver}`,
      ['see how each node is: dbctl probe', 'when all are well, make one more: dbctl backup run'],
    ),
  ];
}

function judgeRuns(
  runs: ControlFacts['runs'],
  { backups }: Pick<RepositoryReport, 'backups'>,
  now: number,
): readonly Finding[] {
  const about = { check: 'backup-failed' };
  const made = backups.map(({ type, stoppedAt }) => ({ type, stoppedAt: Date.parse(stoppedAt) / 1000 }));
  const failed = failedBackups(runs, made);
  if (failed.length === 0) return [finding(about, 'ok', 'no backup has failed that was not made since')];
  return failed.map(({ type, at, why }) =>
    finding(
      about,
      'warning',
      `${backupWords[type]} failed ${formatSeconds(Math.max(0, now - at))} ago: ${why}`,
      [`when the cause is gone, make it: dbctl backup run --type ${type}`],
    ),
  );
}

/** When a timer does not run, backups stop without a message. */
function judgeTimer(
  { type, unit, isRunning, lastResult, lastAt = 0 }: TimerFacts,
  { last }: ControlFacts['runs'],
): Finding {
  const about = { check: `schedule-${type}` };
  if (!isRunning)
    return finding(about, 'warning', `${unit}.timer does not run`, ['start it: dbctl backup schedule']);
  // A run that was written down is judged as such; of one that could not even begin, systemd alone knows.
  const isNoted = last.some((run) => run.type === type && (run.end?.at ?? run.beganAt) >= lastAt - 5);
  if (lastResult === undefined || lastResult === 'success' || isNoted)
    return finding(about, 'ok', `${unit}.timer runs`);
  return finding(about, 'warning', `the last ${type} backup of the schedule failed (${lastResult})`, [
    `see why, on the control host: journalctl -u ${unit}`,
    `then: dbctl backup run --type ${type}`,
  ]);
}
