// How fast WAL is written, and what happens first when it goes on like this.

import type { WalServerFacts, WalFacts } from './facts.ts';
import { holdersOn } from './holders.ts';
import { parseLsn, startOfWal } from '../model/lsn.ts';

/** What the WAL on one node's disk is heading for. */
export type WalOutlook =
  /** Nothing keeps ever more: the disk does not fill with WAL. */
  | { readonly kind: 'steady' }
  /** A holder keeps ever more, but nothing is written now. */
  | { readonly kind: 'idle'; readonly holder: string }
  /** After so many seconds the disk is full; or, before it is, the holder reaches its limit and is given up. */
  | {
      readonly kind: 'full' | 'limit';
      readonly holder: string;
      readonly seconds: number;
      readonly bytesPerSecond: number;
    }
  | { readonly kind: 'unknown' };

/** Shorter than this, the time since the last archived file says nothing about a rate. */
const shortestSeconds = 60;

export type WalRate = ReturnType<typeof rateNow>;

/** While it was watched, and over how long that was. */
export const rateNow = ({ watched }: WalServerFacts) => ({
  bytesPerSecond: watched.seconds > 0 ? Math.max(watched.bytes, 0) / watched.seconds : 0,
  seconds: watched.seconds,
});

/** Since the end of the last archived file: a second opinion; undefined when there is none to compare with. */
export function rateSinceArchived(server: WalServerFacts): WalRate | undefined {
  const { lastArchivedWal, lastArchivedAt } = server.archiver;
  const start = lastArchivedWal === null ? undefined : startOfWal(lastArchivedWal, server.segmentBytes);
  const end = parseLsn(server.currentLsn);
  const seconds = server.now - (lastArchivedAt ?? server.now);
  if (server.isInRecovery || start === undefined || end === undefined || seconds < shortestSeconds)
    return undefined;
  const bytes = Number(end - start) - server.segmentBytes;
  return { bytesPerSecond: Math.max(0, bytes) / seconds, seconds };
}

/**
 * What comes first: a holder's limit or the end of the disk; then the holder with the most is named. The larger of two
 * rates counts: two seconds of silence say little.
 */
export function outlookOf(sight: WalFacts): WalOutlook {
  const { server, directory } = sight;
  if (server === undefined || directory === undefined) return { kind: 'unknown' };
  const growing = holdersOn(sight).filter(({ isGrowing }) => isGrowing);
  const [biggest] = growing;
  if (biggest === undefined) return { kind: 'steady' };
  const rates = [rateNow(server), rateSinceArchived(server)];
  const bytesPerSecond = Math.max(...rates.map((rate) => rate?.bytesPerSecond ?? 0));
  if (bytesPerSecond === 0) return { kind: 'idle', holder: biggest.name };

  // WAL goes only when the last who holds it lets it go; the first who is given up is told before that.
  const rooms = growing.map(({ roomBytes }) => roomBytes ?? Infinity);
  const isFilling = Math.max(...rooms) >= directory.freeBytes;
  const room = isFilling ? directory.freeBytes : Math.min(...rooms);
  const holder = isFilling ? biggest : growing[rooms.indexOf(room)]!;
  const kind = isFilling ? 'full' : 'limit';
  return { kind, holder: holder.name, seconds: room / bytesPerSecond, bytesPerSecond };
}
