// One backup more, because somebody asked for it.

import type { BackupSet } from './backup-info.ts';
import type { Backup, BackupType } from '../model/backup.ts';
import type { Cluster, LedCluster } from '../model/cluster.ts';
import { backupWords } from './backup-runs.ts';
import { readBackupRuns } from './backup-runs-facts.ts';
import { backupsNotSetUp } from './not-set-up.ts';
import { onlyOn, type Stage } from '../engine/run-plan.ts';
import { RefusedError, UnverifiedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { isFromReplica } from './backup-work-query.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { backupInfo, controlPlace } from './pgbackrest-query.ts';
import { ensureBackupProgram, makeNewBackup } from './make-backup-step.ts';
import { verifyNodeLinks } from './pgbackrest-links-step.ts';
import { isoTime } from '../model/units.ts';

/** A backup that was made. Also the JSON of `dbctl backup run -o json`. */
export interface MadeBackup {
  readonly label: string;
  readonly type: BackupType;
  readonly askedType: BackupType;
  /** undefined: its manifest does not say. */
  readonly from: 'replica' | 'primary' | undefined;
  /** Why a server was passed over; null when none was. */
  readonly passedOver: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly stoppedAt: string;
  readonly databaseBytes: number;
  readonly copiedBytes: number;
  readonly repositoryBytes: number | undefined;
  readonly hasPageErrors: boolean;
}

/** Makes a backup, and answers what it became; nothing in a dry run. */
export const runBackup = (
  { cluster, backup, type }: BackupRequest,
  { changeHosts, dryRun }: Pick<ChangeAccess, 'changeHosts' | 'dryRun'>,
) =>
  changeHosts(cluster, [cluster.control], async ({ hosts, carryOut }) => {
    const control = hosts.get(cluster.control.name);
    const asked = { control, type, known: await knownBackups(cluster, backup, control) };
    const result = await carryOut(backupRunPlan(cluster, backup, asked));
    return { result, made: dryRun ? undefined : await madeBackup(cluster, backup, asked) };
  });

interface BackupRequest {
  readonly cluster: LedCluster;
  readonly backup: Backup;
  readonly type: BackupType;
}

interface NewBackup {
  readonly control: Host;
  readonly type: BackupType;
  /** Labels of the backups that were there before. */
  readonly known: readonly string[];
}

/** Labels of the backups that are there. Throws RefusedError when the repository has no stanza of the cluster. */
export async function knownBackups(
  cluster: Cluster,
  backup: Backup,
  control: ReadableHost,
): Promise<readonly string[]> {
  const place = controlPlace(cluster, backup);
  if ((await control.readFile(place.config)) === undefined) throw backupsNotSetUp(cluster);
  const info = await control.ask(backupInfo(place));
  if (info === undefined) throw backupsNotSetUp(cluster);
  if (info.databases.length > 0) return info.backups.map(({ label }) => label);
  throw new RefusedError({
    what: `the repository has no stanza of ${cluster.name}, as ${control.name} reports`,
    why: info.status.message,
    next: ['set up or repair backups: dbctl backup setup'],
  });
}

/** Asks for the primary first: for a server that is down, a backup would wait for minutes before it fails. */
export const backupRunPlan = (cluster: LedCluster, backup: Backup, asked: NewBackup): readonly Stage[] => [
  onlyOn('Verify access to the primary', asked.control, () => [
    verifyNodeLinks(cluster, backup, [cluster.primary]),
  ]),
  onlyOn(`Make ${backupWords[asked.type]}`, asked.control, () => [
    ensureBackupProgram(),
    makeNewBackup(cluster, backup, asked.type),
  ]),
];

/** The newest backup that was not known before. */
async function madeBackup(
  cluster: Cluster,
  backup: Backup,
  { control, type, known }: NewBackup,
): Promise<MadeBackup | undefined> {
  const place = controlPlace(cluster, backup);
  const made = (await control.ask(backupInfo(place)))?.backups.findLast(
    ({ label }) => !known.includes(label),
  );
  if (made === undefined) return undefined;
  const [isReplica, { last }] = await Promise.all([
    control.ask(isFromReplica(place, made.label)),
    readBackupRuns(cluster, control),
  ]);
  const passedOver = last.find((run) => run.type === type)?.passedOver;
  return { ...asMade(made, type, isReplica), passedOver: passedOver ?? null };
}

const asMade = (
  made: BackupSet,
  askedType: BackupType,
  isReplica: boolean | undefined,
): Omit<MadeBackup, 'passedOver'> => ({
  label: made.label,
  type: made.type,
  askedType,
  from: isReplica === undefined ? undefined : isReplica ? 'replica' : 'primary',
  startedAt: isoTime(made.startedAt),
  stoppedAt: isoTime(made.stoppedAt),
  databaseBytes: made.databaseBytes,
  copiedBytes: made.copiedBytes,
  repositoryBytes: made.repositoryBytes,
  hasPageErrors: made.hasPageErrors ?? false,
});

/** A backup of broken pages is one, but nothing to rely on. Throws UnverifiedError for it. */
export function assertNoPageErrors(
  cluster: Cluster,
  backup: Backup,
  { label, hasPageErrors, from }: MadeBackup,
): void {
  if (!hasPageErrors) return;
  const { config, stanza } = controlPlace(cluster, backup);
  const source = from === 'replica' ? 'the replica' : 'the server';
  throw new UnverifiedError({
    what: `pages of ${label} do not match their checksums: ${source} it was copied from is damaged`,
    why: 'A disk, memory or a file system there corrupted data that PostgreSQL had written.',
    next: [
      `list the files, on the control host: runuser -u postgres -- pgbackrest --config=${config} --stanza=${stanza} --set=${label} info`,
      'keep the older backups, and compare the tables with those on another node',
      ...(from === 'replica' ? ['clone the damaged replica again, then make another backup'] : []),
    ],
  });
}
