// How a replica's data is made anew. Facts in, decision out.

export interface ReinitFacts {
  /** "restoring": an earlier run was interrupted while it put the data right in place. */
  readonly data: 'absent' | 'whole' | 'restoring';
  /** Whether an earlier run has kept the old data aside, and its copy has not been seen to stream yet. */
  readonly hasKeptData: boolean;
  /** Whether a server was ever started with the data that is there now, and whether one runs. */
  readonly wasStarted: boolean;
  readonly isRunning: boolean;
}

export interface ReinitRequest {
  readonly delta: boolean;
  readonly from: 'auto' | 'primary' | 'backup';
}

/**
 * "aside": the old data is kept until a whole new copy streams. "in place": only files that differ from the backup are
 * fetched. "go on": an earlier run has made room already. "again": what it made does not run, and is removed.
 */
export type ReinitWay = 'aside' | 'in place' | 'go on' | 'again';

export function reinitWay(facts: ReinitFacts, { delta, from }: ReinitRequest): ReinitWay {
  const { data, hasKeptData, wasStarted, isRunning } = facts;
  if (hasKeptData) return data === 'whole' && wasStarted && !isRunning ? 'again' : 'go on';
  if (data === 'restoring') return from === 'primary' ? 'aside' : 'in place';
  return delta && data === 'whole' ? 'in place' : 'aside';
}
