// How much room new data needs, in bytes.

// How much room new data needs, in bytes.
/** A new, empty cluster with WAL to grow into: more would be a guess about the data to come. */
export const roomForNewCluster = 1e9;

/** The clone, and as much WAL as a quarter of it, with room for a small cluster's minimum. */
export const roomForClone = (databaseBytes: number): number => databaseBytes * 1.25 + 500e6;
