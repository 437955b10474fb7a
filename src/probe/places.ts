// How many nodes are looked at side by side. One that falls silent gives its place to the next and goes on without.

/** A place is for one node. */
export interface Place {
  /** The node has just shown that it lives: it may keep its place for a while. */
  readonly stay: () => void;
  /** Done, with or without an answer; a second time does nothing. */
  readonly leave: () => void;
}

export interface Patience {
  /** Milliseconds until the first sign of life. */
  readonly firstMs: number;
  /** Milliseconds from one sign of life to the next. */
  readonly nextMs: number;
}

/**
 * Gives out `limit` places, in the order they were asked for. Who shows no life in time loses the place, so that dead
 * nodes do not hold up the living ones. After the deadline everybody gets a place at once.
 */
export function places(limit: number, patience: Patience, deadline: AbortSignal): () => Promise<Place> {
  let free = limit;
  const waiting: (() => void)[] = [];
  const giveBack = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  deadline.addEventListener('abort', () => waiting.splice(0).forEach((enter) => enter()), { once: true });
  return async () => {
    if (free > 0 || deadline.aborted) free -= 1;
    else await new Promise<void>((enter) => waiting.push(enter));
    return placeFor(patience, giveBack);
  };
}

function placeFor({ firstMs, nextMs }: Patience, giveBack: () => void): Place {
  let isMine = true;
  let end = performance.now() + firstMs;
  const leave = (): void => {
    clearTimeout(timer);
    if (isMine) giveBack();
    isMine = false;
  };
  const look = (): void => {
    const left = end - performance.now();
    if (!isMine) return;
    if (left <= 0) leave();
    else timer = setTimeout(lookAfterReading, left);
  };
  // On a busy machine timers come before what has arrived meanwhile.
  const lookAfterReading = (): void => void setImmediate(look);
  let timer = setTimeout(lookAfterReading, firstMs);
  return {
    stay: () => {
      end = performance.now() + nextMs;
    },
    leave,
  };
}
