// How certificates are replaced while everything runs. Pure: what is there, what was asked for, what is to be done.

import { RefusedError } from '../model/errors.ts';

/**
 * Where a rotation is. "leaves": new certificates of the same CA. A new CA: "trust" (everybody learns to trust both, the
 * old one signs), "overlap" (everybody does; copies of the CA file are handed out), "renew" (as "leaves", meanwhile),
 * "issue" (the new one signs), "drop" (nobody trusts the old one any more).
 */
export type RotationPhase = 'leaves' | 'trust' | 'overlap' | 'renew' | 'issue' | 'drop';

/** The mark on the control host by which a rotation is known until it is done. */
export interface Rotation {
  readonly phase: RotationPhase;
  /** ISO 8601 with whole seconds, as certificates have: those made before it are replaced. */
  readonly startedAt: string;
}

/** `leaves`: dbctl certs rotate; `authority`: with --ca; `finish`: with --ca --finish. */
export type RotationRequest = 'leaves' | 'authority' | 'finish';

export interface RotationWork {
  /** "trust": make a new CA that is trusted. "finish": use it, and drop the old one. "dropping": only the latter. */
  readonly kind: 'leaves' | 'trust' | 'renew' | 'finish' | 'dropping' | 'nothing';
  readonly startedAt: string;
}

type Answer = RotationWork['kind'] | 'too early';

/** A row is where the rotation is, a column what was asked for. What was cut off is finished first. */
const answers: Readonly<Record<RotationPhase | 'none', Readonly<Record<RotationRequest, Answer>>>> = {
  none: { leaves: 'leaves', authority: 'trust', finish: 'nothing' },
  leaves: { leaves: 'leaves', authority: 'trust', finish: 'nothing' },
  trust: { leaves: 'trust', authority: 'trust', finish: 'too early' },
  overlap: { leaves: 'renew', authority: 'nothing', finish: 'finish' },
  renew: { leaves: 'renew', authority: 'renew', finish: 'finish' },
  issue: { leaves: 'finish', authority: 'finish', finish: 'finish' },
  drop: { leaves: 'dropping', authority: 'dropping', finish: 'dropping' },
};

/** In these, a run that comes later goes on with what an earlier one began. */
const begun: readonly (RotationPhase | undefined)[] = ['leaves', 'trust', 'renew', 'issue'];

/** What a run has to do. Throws RefusedError when it is too early for that. */
export function rotationWork(
  found: Rotation | undefined,
  asked: RotationRequest,
  now = Date.now(),
): RotationWork {
  if (found !== undefined && Date.parse(found.startedAt) > now) throw clockIsBehind(found);
  const kind = answers[found?.phase ?? 'none'][asked];
  if (kind === 'too early') throw tooEarly();
  const goesOn = found !== undefined && begun.includes(found.phase);
  return { kind, startedAt: goesOn ? found.startedAt : wholeSeconds(now) };
}

/** In ISO 8601. */
const wholeSeconds = (time: number): string => new Date(Math.floor(time / 1000) * 1000).toISOString();

const tooEarly = (): RefusedError =>
  new RefusedError({
    what: 'the new CA is not trusted everywhere yet',
    next: [
      'first: dbctl certs rotate --ca',
      'then distribute the new CA file, and: dbctl certs rotate --ca --finish',
    ],
  });

const clockIsBehind = ({ startedAt }: Rotation): RefusedError =>
  new RefusedError({
    what: `a rotation began at ${startedAt}, which is later than now`,
    why: 'Certificates that are made now would count as older than it.',
    next: ['correct the clock of this machine', 'and run the same command again'],
  });
