import { backupWords } from './backup-runs.ts';
import { describeBackup } from './backup-progress.ts';
import type { Backup, BackupType } from '../model/backup.ts';
import { backupTypes } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { pgbackrestUser } from './pgbackrest.ts';
import { act, change, type Report, type Step } from '../engine/step.ts';
import { CommandError, UnverifiedError } from '../model/errors.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import { followLongWork, longWorkState } from '../host/long-work.ts';
import {
  backupArgv,
  backupUnitNow,
  backupUnitTimed,
  clock,
  notedProgram,
  runningUnits,
} from './backup-work-query.ts';
import { backupInfo, controlPlace, type PgbackrestPlace } from './pgbackrest-query.ts';
import { programFile } from '../host/script.ts';
import { ownFile } from '../system/own-file.ts';
import { forgetUnit, type UnitState } from '../host/systemd.ts';
import { explainWork } from './explain-work-facts.ts';

/** Keeps the program that backups run below, on the control host. */
export const ensureBackupProgram = (): Step =>
  ownFile('Write the program that notes how backups end', {
    path: notedProgram,
    content: programFile('backup/noted.sh'),
    owner: 'root:root',
    mode: 0o644,
  });

/**
 * Makes a first backup where there is none: until then, WAL in the repository protects nothing. While backups move to
 * another repository, that one needs a first of its own. A unit of an earlier run that ended unseen is forgotten.
 */
export function ensureFirstBackup(cluster: Cluster, backup: Backup): Step {
  const place = controlPlace(cluster, backup);
  const unit = backupUnitNow(cluster, 'full');

  /** The unit comes first: one that had ended by then has a backup to show for it, or is an old one. */
  async function look(host: ReadableHost) {
    const { kind } = await longWorkState(host, unit);
    const info = await host.ask(backupInfo(place));
    return { kind, isMade: info?.backups.some(({ repository }) => repository === 1) ?? false };
  }

  return {
    title: 'Make the first backup',

    async diff(host) {
      if ((await host.readFile(place.config)) === undefined)
        return [change('backup.first', 'make the first full backup')];
      const { kind, isMade } = await look(host);
      if (!isMade) return [change('backup.first', 'make the first full backup')];
      return isUnfinished(kind) ? [change('backup.finish', 'finish the backup that ran before')] : [];
    },

    async apply(host, report) {
      const { kind, isMade } = await look(host);
      if (!isMade || kind === 'running')
        await makeBackup(cluster, backup, { host, type: 'full', report, joins: kind === 'running' });
      else if (kind === 'succeeded') await host.run(forgetUnit(unit));
    },
  };
}

/** The backup is listed a moment before its unit ends, and the unit is kept until somebody has seen its end. */
const isUnfinished = (kind: UnitState['kind']): boolean => kind === 'running' || kind === 'succeeded';

/** Makes one backup more, whatever there is: one that the schedule began a moment ago is not what was asked for. */
export const makeNewBackup = (cluster: Cluster, backup: Backup, type: BackupType): Step => {
  const place = controlPlace(cluster, backup);
  const what = change('backup.make', `make ${backupWords[type]}`, type);
  return act(`Make ${backupWords[type]}`, what, async (host, report) => {
    const begunAt = await makeBackup(cluster, backup, { host, type, report });
    if (await isMadeSince(begunAt, host, place)) return;
    throw new UnverifiedError({
      what: `${backupWords[type]} was made, but its effect could not be verified: the repository does not list it`,
      next: ['see what is there: dbctl backup info', 'then run the same command again: it is safe'],
    });
  });
};

interface Work {
  /** The control host. */
  readonly host: Host;
  readonly type: BackupType;
  readonly report: Report;
  /** Whether a backup that runs at this moment is the wanted one, also when it ends before it is followed. */
  readonly joins?: boolean;
}

/**
 * Makes a backup as a unit that goes on without dbctl. One of the same type that an earlier run began is followed; one of
 * another type, or of the schedule, is waited for. Throws RefusedError when a pgBackRest that is not dbctl's holds the
 * stanza. Answers when this was begun, by the control host's clock.
 */
async function makeBackup(cluster: Cluster, backup: Backup, work: Work): Promise<number> {
  const { host, type, joins = false } = work;
  const name = backupUnitNow(cluster, type);
  const unit = {
    name,
    description: `Backup of ${cluster.name}`,
    asUser: pgbackrestUser,
    argv: backupArgv(cluster, backup.stanza, type),
  };
  const startedAt = await host.ask(clock());
  // One that ended unseen is no new backup.
  if (!joins && (await longWorkState(host, name)).kind === 'succeeded') await host.run(forgetUnit(name));
  try {
    await followLongWork(host, unit, progressOf(cluster, backup, work));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // Two runs of dbctl may follow one unit: the one that sees its end first makes systemd forget it.
    const isForgotten = (await longWorkState(host, name)).kind === 'absent';
    if (isForgotten && (await isMadeSince(startedAt, host, controlPlace(cluster, backup)))) return startedAt;
    throw (await explainWork(cluster, backup, { host, unit: name, what: 'the backup' })) ?? error;
  }
  return startedAt;
}

async function isMadeSince(time: number, host: ReadableHost, place: PgbackrestPlace): Promise<boolean> {
  const last = (await host.ask(backupInfo(place)))?.backups.at(-1);
  return last !== undefined && last.stoppedAt >= time;
}

/** Says every second how far it is, and what it waits for. */
function progressOf(cluster: Cluster, backup: Backup, { host, type, report }: Work): () => Promise<void> {
  const place = controlPlace(cluster, backup);
  const own = backupUnitNow(cluster, type);
  const units = backupTypes.flatMap((one) => [backupUnitNow(cluster, one), backupUnitTimed(cluster, one)]);
  let first: { readonly at: number; readonly bytes: number } | undefined;
  let askedAt = 0;
  return async () => {
    const now = Date.now();
    if (now - askedAt < 1000) return;
    askedAt = now;
    const [info, others] = await Promise.all([
      host.ask(backupInfo(place)),
      host.ask(runningUnits(units.filter((one) => one !== own))),
    ]);
    const running = info?.running;
    if (running?.doneBytes !== undefined) first ??= { at: now, bytes: running.doneBytes };
    const seconds = first ? (now - first.at) / 1000 : 0;
    const how = running
      ? describeBackup(running, seconds, first?.bytes)
      : `${backupWords[type]} starts or ends`;
    report(others.length > 0 ? `${others.join(', ')} runs: ${how}` : how);
  };
}
