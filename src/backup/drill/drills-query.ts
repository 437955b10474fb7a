// Restore drills on a data host: what they left behind, how far one is, and the schedule.

import * as v from 'valibot';
import type { Cluster } from '../../model/cluster.ts';
import { drillDirectory, drillFiles, DrillResult } from './drill.ts';
import type { DrillAim } from './drill-target.ts';
import type { DrillProgress } from './drill-progress.ts';
import { parseTargetTime, type RecoveryTarget } from '../recovery-target.ts';
import { action, query, type Action, type Query } from '../../host/command.ts';
import { sh } from '../../host/script.ts';
import type { TransientUnit } from '../../host/systemd.ts';
import { parseJson } from '../../model/answers.ts';

/** Every drill that a host remembers, oldest first; none when it never had one. */
export const readDrills = (cluster: Pick<Cluster, 'name'>): Query<readonly DrillResult[]> =>
  query(sh('[ ! -e "$1" ] || exec cat -- "$1"', drillFiles(cluster).history), parseDrills);

/** A line that was damaged hides no other. */
export const parseDrills = (text: string): readonly DrillResult[] =>
  text.split('\n').flatMap((line) => {
    const found = v.safeParse(DrillResult, parseJson(line));
    return found.success ? [found.output] : [];
  });

const progressScript = `
IFS= read -r said <"$1" || exit 0
printf '%s\\n' "$said"
case $said in copying*) du -sk -- "$2" | cut -f 1 ;; esac 2>/dev/null
`;

/** How far the running drill is; undefined when none runs. */
export const drillProgress = (cluster: Cluster): Query<DrillProgress | undefined> =>
  query(sh(progressScript, drillFiles(cluster).progress, drillDirectory(cluster)), parseDrillProgress);

/** "copying TOTAL" with the KiB that are there, or the words for a stage. */
function parseDrillProgress(stdout: string): DrillProgress | undefined {
  const [said = '', kilobytes = '0'] = stdout.trim().split('\n');
  if (said === '') return undefined;
  const [, total] = /^copying (\d+)$/.exec(said) ?? [];
  return {
    stage: total ? 'copying' : said,
    copiedBytes: Number(kilobytes) * 1024,
    totalBytes: total ? Number(total) : undefined,
  };
}

/** The argv of a drill, for root. Production comes first, and no drill goes on for ever. */
export const drillArgv = (cluster: Cluster): readonly string[] => {
  const { apart, program, config, state } = drillFiles(cluster);
  return [
    ...['/usr/bin/nice', '-n', '10', '/usr/bin/ionice', '-c', '2', '-n', '7', '/usr/bin/timeout', '12h'],
    ...['/bin/sh', apart, drillDirectory(cluster), state, '--', '/bin/sh', program, config],
  ];
};

/** The drill as a unit that goes on without dbctl. */
export const drillUnit = (cluster: Cluster, { target, backup, isRandom }: DrillAim): TransientUnit => ({
  name: drillFiles(cluster).unit,
  description: `Restore drill of ${cluster.name}`,
  asUser: 'root',
  argv: [
    ...drillArgv(cluster),
    '--set',
    backup.label,
    ...(target.type === 'default' ? [] : ['--type', target.type]),
    ...('value' in target ? ['--target', targetValue(target)] : []),
    ...(isRandom ? ['--random-point'] : []),
  ],
});

/** PostgreSQL reads a target before it knows the names of zones, even Z. */
const targetValue = ({ type, value }: Extract<RecoveryTarget, { value: string }>): string =>
  type === 'time'
    ? new Date(parseTargetTime(value)! * 1000).toISOString().replace('T', ' ').replace('Z', '+00')
    : value;

const removeScript = `
systemctl disable -q --now -- "$1.timer" 2>/dev/null
cd /etc/systemd/system && rm -f -- "$1.timer" "$1.service" && systemctl daemon-reload
`;

/** Takes the schedule away; a drill that runs goes on. */
export const removeDrillSchedule = (cluster: Pick<Cluster, 'name'>): Action =>
  action(sh(removeScript, drillFiles(cluster).scheduledUnit));

/** Whether the directory for the history is there, and postgres may write in it. */
export const hasDrillState = (cluster: Pick<Cluster, 'name'>): Query<boolean> =>
  query(
    sh('stat -c "%U %a" -- "$1" 2>/dev/null || :', drillFiles(cluster).state),
    (stdout) => stdout.trim() === 'postgres 750',
  );

export const makeDrillState = (cluster: Pick<Cluster, 'name'>): Action =>
  action(['install', '-d', '-o', 'postgres', '-g', 'postgres', '-m', '750', drillFiles(cluster).state]);

/** Bytes that are free where the copy will be. */
export const drillFreeBytes = (cluster: Cluster): Query<number> =>
  query(
    sh(
      'd=$1; while [ ! -d "$d" ]; do d=$(dirname "$d"); done; df -k --output=avail "$d" | tail -n 1',
      drillDirectory(cluster),
    ),
    (stdout) => Number(stdout) * 1024,
  );
