// Does WAL reach the repository? Judged from what the primary's own archiver tells, which is there even where the
// repository cannot be asked.

import { counted, formatSeconds, isoTime } from '../model/units.ts';
import type { ArchiverFacts } from './archiver.ts';

/** What a server says about its archiver, as far as it is judged by. */
export type ArchiverView = Pick<
  ArchiverFacts,
  | 'mode'
  | 'command'
  | 'lastArchivedWal'
  | 'lastArchivedAt'
  | 'lastFailedAt'
  | 'waitingFiles'
  | 'oldestWaitingAt'
  | 'hasArchivedFiles'
  | 'now'
>;

export type Archiving = 'alive' | 'failing' | 'off' | 'not configured';

export interface ArchivingVerdict {
  readonly archiving: Archiving;
  readonly status: 'ok' | 'warning' | 'critical';
  /** "WAL archived 12 s ago"; "not protected: …". */
  readonly message: string;
}

/** A part of the JSON of `dbctl probe` and `dbctl status` (docs/probe.md): fields may be added, never renamed. */
export interface ArchivingReport {
  /** Null when it could not be seen. */
  readonly archiving: Archiving | null;
  /** ISO 8601, UTC, on the primary's clock. */
  readonly lastArchivedAt: string | null;
  readonly lastArchivedWal: string | null;
  /** WAL files that wait to be archived. */
  readonly waitingFiles: number | null;
  /** For people: "WAL archived 12 s ago", "not protected: …". */
  readonly message: string;
}

/** Of a cluster that has backups. */
export const archivingReport = (view: ArchiverView | undefined): ArchivingReport => ({
  archiving: null,
  message: 'unknown: the primary could not be reached',
  ...(view && withoutStatus(judgeArchiving(view))),
  lastArchivedAt: isoTime(view?.lastArchivedAt),
  lastArchivedWal: view?.lastArchivedWal ?? null,
  waitingFiles: view?.waitingFiles ?? null,
});

const withoutStatus = ({ archiving, message }: ArchivingVerdict) => ({ archiving, message });

export const noBackupsConfigured: ArchivingReport = {
  archiving: 'not configured',
  lastArchivedAt: null,
  lastArchivedWal: null,
  waitingFiles: null,
  message: 'no backups are configured',
};

/** Seconds that a WAL file may wait. pgBackRest itself gives up, and says so, after one minute. */
const patience = { warning: 150, critical: 600 } as const;

export function judgeArchiving(view: ArchiverView): ArchivingVerdict {
  const { mode, command, lastArchivedAt, lastFailedAt, now } = view;
  if (mode === 'off' || !command.includes('pgbackrest')) {
    return bad('off', 'critical', 'WAL is not sent to the repository');
  }
  if (lastFailedAt !== null && lastFailedAt >= (lastArchivedAt ?? 0)) {
    const success = lastArchivedAt === null ? 'no success yet' : `last success ${ago(lastArchivedAt, now)}`;
    return bad('failing', 'critical', `archiving is failing; ${success}${waiting(view)}`);
  }
  const waits = view.oldestWaitingAt === null ? 0 : now - view.oldestWaitingAt;
  if (waits > patience.warning) {
    const status = waits > patience.critical ? 'critical' : 'warning';
    return bad('failing', status, `WAL has waited for ${formatSeconds(waits)}${waiting(view)}`);
  }
  if (lastArchivedAt === null) return nothingYet(view);
  return { archiving: 'alive', status: 'ok', message: `WAL archived ${ago(lastArchivedAt, now)}` };
}

/** After a crash the archiver's statistics are gone, and an idle server has nothing to archive: that is no failure. */
function nothingYet({ hasArchivedFiles }: ArchiverView): ArchivingVerdict {
  if (!hasArchivedFiles) return bad('failing', 'critical', 'no WAL has been archived yet');
  const message = 'no WAL has been archived since the server was started after a crash';
  return { archiving: 'alive', status: 'warning', message };
}

const bad = (archiving: Archiving, status: 'warning' | 'critical', reason: string): ArchivingVerdict => ({
  archiving,
  status,
  message: `not protected: ${reason}`,
});

const ago = (then: number, now: number): string => `${formatSeconds(Math.max(0, now - then))} ago`;

const waiting = ({ waitingFiles }: ArchiverView): string =>
  waitingFiles === 0 ? '' : `, ${counted(waitingFiles, 'file waits', 'files wait')}`;
