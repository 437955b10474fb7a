// Who keeps WAL on a node's disk, and how much of it. Facts in, holders out; what to do about them is advice.ts.

import { parseLsn, startOfWal } from '../model/lsn.ts';
import { counted, formatBytes, formatSeconds } from '../model/units.ts';
import type { SlotFacts, WalServerFacts, WalFacts } from './facts.ts';

export interface WalHolder {
  readonly kind:
    | 'slot'
    | 'archiver'
    | 'summarizer'
    | 'checkpoint'
    | 'wal_keep_size'
    | 'recycled'
    | 'removable';
  /** "slot dbctl_pg2", "archiver", "last checkpoint". */
  readonly name: string;
  /** How much WAL it keeps from being removed. Several may hold the same WAL. */
  readonly bytes: number;
  /** Whether it holds ever more while WAL is written. */
  readonly isGrowing: boolean;
  /** What can still be written before it holds no more; null: there is no such limit. */
  readonly roomBytes: number | null;
  /** How it does, in a few words. */
  readonly note: string;
}

/** One that does not grow and has no limit, unless it is said. */
const holder = (
  kind: WalHolder['kind'],
  name: string,
  bytes: number,
  note: string,
  how: Partial<Pick<WalHolder, 'isGrowing' | 'roomBytes'>> = {},
): WalHolder => ({ kind, name, bytes, isGrowing: false, roomBytes: null, note, ...how });

/** WAL files wait this long, in seconds, before archiving counts as too slow. */
const patience = 150;

/** Everybody who holds WAL: who keeps ever more first, then who has the most. Who holds nothing is not there. */
export function holdersOf(server: WalServerFacts, queueLimitBytes?: number): readonly WalHolder[] {
  const needed = [
    ...server.slots.flatMap((slot) => slotHolder(slot, server)),
    archiver(server, queueLimitBytes),
    summarizer(server),
    checkpoint(server),
    keepSize(server),
  ].filter(({ bytes }) => bytes > 0);
  return [...needed, recycled(server), removable(server, needed)]
    .filter(({ bytes }) => bytes > 0)
    .toSorted((one, other) => Number(other.isGrowing) - Number(one.isGrowing) || other.bytes - one.bytes);
}

/** Whether a slot keeps no WAL any more: who used it cannot go on from it. */
export const isGivenUp = ({ walStatus, invalidationReason }: SlotFacts): boolean =>
  walStatus === 'lost' || invalidationReason !== null;

function slotHolder(slot: SlotFacts, server: WalServerFacts): readonly WalHolder[] {
  if (slot.heldBytes === null || isGivenUp(slot)) return [];
  const { slotLimitBytes, maxBytes } = server.settings;
  const room = slot.safeBytes ?? (slotLimitBytes === null ? null : slotLimitBytes - slot.heldBytes);
  const isLate = slot.heldBytes > maxBytes && slot.grownBytes > 0;
  const how = { isGrowing: !slot.isActive || isLate, roomBytes: room === null ? null : Math.max(0, room) };
  return [holder('slot', `slot ${slot.name}`, slot.heldBytes, slotNote(slot, server), how)];
}

function slotNote(
  { isActive, isTemporary, inactiveSince }: SlotFacts,
  { now, settings }: WalServerFacts,
): string {
  const temporary = isTemporary ? ', temporary' : '';
  if (isActive) return `in use${temporary}`;
  const limit = settings.idleSlotSeconds > 0 ? ` of ${formatSeconds(settings.idleSlotSeconds)}` : '';
  const since =
    inactiveSince === null ? '' : ` for ${formatSeconds(Math.max(0, now - inactiveSince))}${limit}`;
  return `unread${since}${temporary}`;
}

/** Whether its last attempt failed, it has nothing to run, or a file waits too long. */
function isArchivingStuck({ archiver: facts, now }: WalServerFacts): boolean {
  if (facts.mode === 'off' || facts.waitingFiles === 0) return false;
  if (facts.command === '' && facts.library === '') return true;
  if (facts.lastFailedAt !== null && facts.lastFailedAt >= (facts.lastArchivedAt ?? 0)) return true;
  return facts.oldestWaitingAt !== null && now - facts.oldestWaitingAt > patience;
}

/** Whether every file is called archived and none is kept. */
export const isArchivingNowhere = ({ archiver: { mode, command, library } }: WalServerFacts): boolean =>
  mode !== 'off' && library === '' && /^\s*(?:\/(?:usr\/)?bin\/true|true|:|exit 0)\s*$/.test(command);

function archiver(server: WalServerFacts, queueLimitBytes?: number): WalHolder {
  const { waitingFiles, failedCount } = server.archiver;
  const bytes = waitingFiles * server.segmentBytes;
  const isGrowing = isArchivingStuck(server);
  const waits = counted(waitingFiles, 'file waits', 'files wait');
  const note = isGrowing && failedCount > 0 ? `${waits}, ${failedCount} failures` : waits;
  const roomBytes = queueLimitBytes === undefined ? null : Math.max(0, queueLimitBytes - bytes);
  return holder('archiver', 'archiver', bytes, note, { isGrowing, roomBytes });
}

function summarizer({ unsummarizedBytes, settings }: WalServerFacts): WalHolder {
  const bytes = unsummarizedBytes ?? 0;
  return holder('summarizer', 'WAL summarizer', bytes, 'not read yet', {
    isGrowing: bytes > settings.maxBytes,
  });
}

function checkpoint({ isInRecovery, checkpointBytes, settings }: WalServerFacts): WalHolder {
  const name = isInRecovery ? 'last restart point' : 'last checkpoint';
  return holder('checkpoint', name, checkpointBytes, 'needed after a crash', {
    roomBytes: Math.max(0, settings.maxBytes - checkpointBytes),
  });
}

/** Never more than there is: a young server has not written that much yet. */
function keepSize(server: WalServerFacts): WalHolder {
  const { keepBytes } = server.settings;
  const bytes = Math.min(keepBytes, heldSince(server, server.oldestFile));
  const note = bytes < keepBytes ? `of ${formatBytes(keepBytes)}` : '';
  return holder('wal_keep_size', 'wal_keep_size', bytes, note, { roomBytes: keepBytes - bytes });
}

const recycled = ({ aheadFiles, segmentBytes, settings }: WalServerFacts): WalHolder =>
  holder(
    'recycled',
    'files to reuse',
    aheadFiles * segmentBytes,
    `max_wal_size ${formatBytes(settings.maxBytes)}`,
  );

/** Older than everybody needs: it goes with the next checkpoint. */
function removable(server: WalServerFacts, holders: readonly WalHolder[]): WalHolder {
  const needed = Math.max(
    0,
    heldSince(server, server.archiver.oldestWaiting),
    ...holders.map(({ kind, bytes }) => (kind === 'archiver' ? 0 : bytes + server.segmentBytes)),
  );
  const bytes = Math.max(0, heldSince(server, server.oldestFile) - needed);
  return holder('removable', 'not needed', bytes, 'until the next checkpoint');
}

/** From the beginning of a WAL file to the end of WAL. */
function heldSince({ currentLsn, segmentBytes }: WalServerFacts, file: string | null): number {
  const start = file === null ? undefined : startOfWal(file, segmentBytes);
  const end = parseLsn(currentLsn);
  return start === undefined || end === undefined ? 0 : Math.max(0, Number(end - start));
}

/** The holders of one node; of one without a server only what waits for its archiver is known. */
export const holdersOn = ({ server, queueLimitBytes }: WalFacts): readonly WalHolder[] =>
  server ? holdersOf(server, queueLimitBytes) : [];
