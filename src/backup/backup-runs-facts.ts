import { backupTypes, type BackupType } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import type { ReadableHost } from '../host/host.ts';
import { query, type Query } from '../host/command.ts';
import { sh } from '../host/script.ts';
import { backupUnitNow, backupUnitTimed, runningUnits } from './backup-work-query.ts';
import type { BackupRun, BackupRuns } from './backup-runs.ts';
import { runNoteOf } from './pgbackrest.ts';
import { complaintsOf } from './pgbackrest-query.ts';

/** How the last backup of each type went, as the control host wrote it down. */
export async function readBackupRuns(cluster: Cluster, control: ReadableHost): Promise<BackupRuns> {
  const units = (type: BackupType) => [backupUnitNow(cluster, type), backupUnitTimed(cluster, type)];
  const [last, running] = await Promise.all([
    control.ask(lastRuns(cluster)),
    control.ask(runningUnits(backupTypes.flatMap(units))),
  ]);
  return { last, running: backupTypes.filter((type) => units(type).some((one) => running.includes(one))) };
}

const lastRuns = (cluster: Cluster): Query<readonly BackupRun[]> =>
  query(
    sh(
      'for file do [ ! -e "$file" ] || { echo "type=${file##*/last-}"; cat -- "$file"; }; done',
      ...backupTypes.map((type) => runNoteOf(cluster, type)),
    ),
    parseRuns,
  );

/** "type=full" before what the file of each type says: "began=…", "ended=…", "code=…", "passed=…", and "said=…" for every line. */
export function parseRuns(stdout: string): readonly BackupRun[] {
  return stdout.split(/^type=/m).flatMap((text) => {
    const type = backupTypes.find((one) => text.startsWith(`${one}\n`));
    const [began, ended, code] = ['began', 'ended', 'code'].map(
      (name) => new RegExp(`^${name}=(\\d+)$`, 'm').exec(text)?.[1],
    );
    if (type === undefined || began === undefined) return [];
    const [, passedOver] = /^passed=(.*)$/m.exec(text) ?? [];
    const said = [...text.matchAll(/^said=(.*)$/gm)].map(([, line]) => line).join('\n');
    return {
      type,
      beganAt: Number(began),
      end: ended === undefined ? undefined : { at: Number(ended), exitCode: Number(code) },
      ...(passedOver === undefined ? {} : { passedOver }),
      complaints: complaintsOf(said),
    };
  });
}
