// How far a replica is behind, without the two usual lies: a lag that grows while the primary is idle, and a lag of
// zero on a replica whose connection is broken.

export interface Lag {
  /** WAL bytes not replayed yet. */
  readonly bytes: number;
  /** Seconds; undefined when it cannot be known. */
  readonly seconds: number | undefined;
}

/** A moment on the primary. */
export interface Mark {
  /** WAL bytes flushed at that moment. */
  readonly position: number;
  /** The primary's own clock, seconds since 1970. */
  readonly clock: number;
}

/** A look at the replica, after the mark was taken. */
export interface Sample {
  /** WAL bytes replayed. */
  readonly replayed: number;
  /** Commit time (the primary's clock) of the last transaction replayed; null before the first. */
  readonly lastCommit: number | null;
  /** Seconds between the mark and this look, on our clock. */
  readonly elapsed: number;
}

/**
 * A replica that has replayed the mark is 0 s behind at the first look, or as long as it took. One that has not is as
 * old as its last replayed commit. Both times come from the primary's clock, so clocks need not agree.
 */
export function lagOf(mark: Mark, first: Sample, last: Sample, isStreaming: boolean | undefined): Lag {
  const bytes = Math.max(0, mark.position - first.replayed);
  return { bytes, seconds: secondsBehind(mark, first, last, isStreaming) };
}

function secondsBehind(mark: Mark, first: Sample, last: Sample, isStreaming: boolean | undefined) {
  if (last.replayed >= mark.position) {
    if (isStreaming === false) return undefined;
    return first.replayed >= mark.position ? 0 : last.elapsed;
  }
  if (last.lastCommit === null) return undefined;
  return Math.max(last.elapsed, mark.clock - last.lastCommit);
}
