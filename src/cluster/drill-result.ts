/** How a rehearsed restore ended, as its host remembers it. */
export interface DrillResult {
  readonly hasPassed: boolean;
  /** Seconds since 1970. */
  readonly finishedAt: number;
  /** The backup that was restored. */
  readonly label: string;
  /** Why it failed; empty when it passed. */
  readonly error: string;
}

/** Where a host remembers the drills of a cluster. */
export const drillDirectory = ({ name }: { readonly name: string }): string => `/var/lib/dbctl/${name}`;

/** The newest of all hosts; undefined: never. */
export const newestDrill = (drills: readonly DrillResult[]): DrillResult | undefined =>
  drills.toSorted((a, b) => a.finishedAt - b.finishedAt).at(-1);
