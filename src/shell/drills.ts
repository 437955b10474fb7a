// Restore drills on a data host: what they left behind, how far one is, and the schedule.

import * as v from 'valibot';
import type { Cluster } from '../cluster/cluster.ts';
import { drillDirectory, drillFiles, type DrillResult } from '../cluster/drill.ts';
import type { DrillAim } from '../cluster/drill-target.ts';
import type { DrillProgress } from '../cluster/drill-progress.ts';
import { parseTargetTime, type RecoveryTarget } from '../cluster/recovery-target.ts';
import { action, query, type Action, type Query } from './command.ts';
import type { TransientUnit } from './systemd.ts';

const seconds = v.nullable(v.number());

const Drill = v.object({
  id: v.string(),
  node: v.string(),
  result: v.picklist(['passed', 'failed']),
  startedAt: v.number(),
  finishedAt: v.number(),
  label: v.string(),
  target: v.object({ type: v.string(), value: v.string(), isRandom: v.boolean() }),
  seconds: v.object({ copy: seconds, replay: seconds, checks: seconds }),
  bytes: v.nullable(v.number()),
  newestTransactionAt: seconds,
  lastCommitAt: seconds,
  checksums: v.picklist(['passed', 'failed', 'off', 'not checked']),
  checks: v.array(v.object({ name: v.string(), passed: v.boolean(), detail: v.string() })),
  tables: v.array(v.object({ database: v.string(), table: v.string(), rows: v.number() })),
  warnings: v.array(v.string()),
  error: v.string(),
});

/** Every drill that a host remembers, oldest first; none when it never had one. */
export const readDrills = (cluster: Pick<Cluster, 'name'>): Query<readonly DrillResult[]> =>
  query(['sh', '-c', '[ ! -e "$1" ] || exec cat -- "$1"', 'sh', drillFiles(cluster).history], parseDrills);

/** A line that was damaged hides no other. */
export const parseDrills = (text: string): readonly DrillResult[] =>
  text.split('\n').flatMap((line) => {
    const found = v.safeParse(Drill, jsonOf(line));
    return found.success ? [found.output] : [];
  });

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const progressScript = `
IFS= read -r said <"$1" || exit 0
printf '%s\\n' "$said"
case $said in copying*) du -sk -- "$2" | cut -f 1 ;; esac 2>/dev/null
`;

/** How far the running drill is; undefined when none runs. */
export const drillProgress = (cluster: Cluster): Query<DrillProgress | undefined> =>
  query(
    ['sh', '-c', progressScript, 'sh', drillFiles(cluster).progress, drillDirectory(cluster)],
    parseDrillProgress,
  );

/** "copying TOTAL" with the KiB that are there, or the words for a stage. */
export function parseDrillProgress(stdout: string): DrillProgress | undefined {
  const [said = '', kilobytes = '0'] = stdout.trim().split('\n');
  if (said === '') return undefined;
  const [, total] = /^copying (\d+)$/.exec(said) ?? [];
  return {
    stage: total ? 'copying' : said,
    copiedBytes: Number(kilobytes) * 1024,
    totalBytes: total ? Number(total) : undefined,
  };
}

/** Production comes first, and no drill goes on for ever. */
const limits = ['RuntimeMaxSec=12h', 'CPUWeight=20', 'IOWeight=20'];

/** The drill as a unit that goes on without dbctl. */
export function drillUnit(cluster: Cluster, { target, backup, isRandom }: DrillAim): TransientUnit {
  const { unit, program, config, stateDirectory } = drillFiles(cluster);
  return {
    name: unit,
    description: `Restore drill of ${cluster.name}`,
    asUser: 'postgres',
    properties: [...limits, `StateDirectory=${stateDirectory}`, 'StateDirectoryMode=0750'],
    argv: [
      '/bin/sh',
      program,
      config,
      '--set',
      backup.label,
      ...(target.type === 'default' ? [] : ['--type', target.type]),
      ...('value' in target ? ['--target', targetValue(target)] : []),
      ...(isRandom ? ['--random-point'] : []),
    ],
  };
}

/** PostgreSQL reads a target before it knows the names of zones, even Z. */
const targetValue = ({ type, value }: Extract<RecoveryTarget, { value: string }>): string =>
  type === 'time'
    ? new Date(parseTargetTime(value)! * 1000).toISOString().replace('T', ' ').replace('Z', '+00')
    : value;

const removeScript = `
systemctl disable -q --now -- "$1" 2>/dev/null || :
rm -f -- "$2" "$3"
systemctl daemon-reload
`;

/** Takes the schedule away; a drill that runs goes on. */
export function removeDrillSchedule(cluster: Pick<Cluster, 'name'>): Action {
  const { timer, timerFile, serviceFile } = drillFiles(cluster);
  return action(['sh', '-c', removeScript, 'sh', timer, timerFile, serviceFile]);
}

/** Bytes that are free where the copy will be. */
export const drillFreeBytes = (cluster: Cluster): Query<number> =>
  query(
    [
      'sh',
      '-c',
      'd=$1; while [ ! -d "$d" ]; do d=$(dirname "$d"); done; df -k --output=avail "$d" | tail -n 1',
      'sh',
      drillDirectory(cluster),
    ],
    (stdout) => Number(stdout) * 1024,
  );
