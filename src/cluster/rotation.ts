// How certificates are replaced while everything runs. Pure: what is there, what was asked for, what is to be done.

import { RefusedError } from '../errors.ts';

/**
 * Where a rotation is. "leaves": new certificates of the same CA. With a new CA: "trust" (everybody learns to trust both),
 * "issue" (the new one signs), "overlap" (nothing needs the old one any more but files that were copied away), "drop".
 */
export type RotationPhase = 'leaves' | 'trust' | 'issue' | 'overlap' | 'drop';

/** The mark on the control host by which a rotation is known until it is done. */
export interface Rotation {
  readonly phase: RotationPhase;
  /** ISO 8601 with whole seconds, as certificates have: those made before it are replaced. */
  readonly startedAt: string;
}

/** `leaves`: dbctl certs rotate; `authority`: with --ca; `finish`: with --ca --finish. */
export type RotationRequest = 'leaves' | 'authority' | 'finish';

export interface RotationWork {
  /** `both`: a new CA, from trusting it to using it. `issue`: new certificates while two CAs are trusted. */
  readonly kind: 'leaves' | 'both' | 'issue' | 'drop' | 'nothing';
  readonly startedAt: string;
}

/** What a run has to do. One that was cut off is finished first, whatever was asked for. Throws RefusedError. */
export function rotationWork(
  found: Rotation | undefined,
  asked: RotationRequest,
  now = Date.now(),
): RotationWork {
  const startedAt = wholeSeconds(now);
  if (found !== undefined && Date.parse(found.startedAt) > now) throw clockIsBehind(found);
  const again = { startedAt: found?.startedAt ?? startedAt };
  switch (found?.phase) {
    case 'drop':
      return { kind: 'drop', ...again };
    case 'trust':
    case 'issue':
      if (asked === 'finish') throw notReady();
      return { kind: found.phase === 'trust' ? 'both' : 'issue', ...again };
    case 'overlap':
      return overlapWork[asked](startedAt);
    case 'leaves':
    case undefined:
      if (asked === 'finish') return { kind: 'nothing', startedAt };
      return asked === 'authority' ? { kind: 'both', startedAt } : { kind: 'leaves', ...again };
  }
}

const overlapWork: Readonly<Record<RotationRequest, (startedAt: string) => RotationWork>> = {
  leaves: (startedAt) => ({ kind: 'issue', startedAt }),
  authority: (startedAt) => ({ kind: 'nothing', startedAt }),
  finish: (startedAt) => ({ kind: 'drop', startedAt }),
};

/** In ISO 8601. */
const wholeSeconds = (time: number): string => new Date(Math.floor(time / 1000) * 1000).toISOString();

const notReady = (): RefusedError =>
  new RefusedError({
    what: 'the new certificate authority is not in use everywhere yet',
    next: [
      'first: dbctl certs rotate --ca',
      'then hand out the new CA file, and: dbctl certs rotate --ca --finish',
    ],
  });

const clockIsBehind = ({ startedAt }: Rotation): RefusedError =>
  new RefusedError({
    what: `a rotation began at ${startedAt}, which is later than now`,
    why: 'Certificates that are made now would count as older than it.',
    next: ['set the clock of this machine', 'and run the same command again'],
  });
