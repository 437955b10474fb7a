// Does WAL reach the repository? Judged from what the primary's own archiver tells, which is there even where the
// repository cannot be asked.

import { counted, formatSeconds } from '../model/units.ts';

/** What a server says about its archiver. Times are seconds since 1970, on its own clock. */
export interface ArchiverView {
  readonly mode: 'off' | 'on' | 'always';
  readonly command: string;
  /** The last success and the last failure; null before the first, and again after a crash, which resets statistics. */
  readonly lastArchivedWal: string | null;
  readonly lastArchivedAt: number | null;
  readonly lastFailedAt: number | null;
  /** WAL files that wait to be archived. */
  readonly waitingFiles: number;
  /** When the one that waits longest was finished; null when none waits. */
  readonly oldestWaitingAt: number | null;
  /** Whether files that were archived, by whatever command, are still there. */
  readonly hasArchivedFiles: boolean;
  /** The server's clock. */
  readonly now: number;
}

export type Archiving = 'alive' | 'failing' | 'off' | 'not configured';

export interface ArchivingVerdict {
  readonly archiving: Archiving;
  readonly status: 'ok' | 'warning' | 'critical';
  /** "WAL archived 12 s ago"; "not protected: …". */
  readonly message: string;
}

/** Seconds that a WAL file may wait. pgBackRest itself gives up, and says so, after one minute. */
const patience = { warning: 150, critical: 600 } as const;

export function judgeArchiving(view: ArchiverView): ArchivingVerdict {
  const { mode, command, lastArchivedAt, lastFailedAt, now } = view;
  if (mode === 'off' || !command.includes('pgbackrest')) {
    return bad('off', 'critical', 'no WAL goes to the repository');
  }
  if (lastFailedAt !== null && lastFailedAt >= (lastArchivedAt ?? 0)) {
    const success = lastArchivedAt === null ? 'no success yet' : `last success ${ago(lastArchivedAt, now)}`;
    return bad('failing', 'critical', `archiving fails; ${success}${waiting(view)}`);
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
