// How a replica's data is made anew. Facts in, decision out.

export interface ReinitFacts {
  /** "restoring": an earlier run was cut off while it put the data right in place. */
  readonly data: 'absent' | 'whole' | 'restoring';
  /** Whether an earlier run has kept the old data aside, and its copy has not been seen to stream yet. */
  readonly hasKeptData: boolean;
}

export interface ReinitRequest {
  readonly delta: boolean;
  readonly from: 'auto' | 'primary' | 'backup';
}

/**
 * "aside": the old data is kept until a whole new copy streams. "in place": only files that differ from the backup are
 * fetched. "go on": an earlier run has made room already.
 */
export type ReinitWay = 'aside' | 'in place' | 'go on';

export function reinitWay({ data, hasKeptData }: ReinitFacts, { delta, from }: ReinitRequest): ReinitWay {
  if (hasKeptData) return 'go on';
  if (data === 'restoring') return from === 'primary' ? 'aside' : 'in place';
  return delta && data === 'whole' ? 'in place' : 'aside';
}
