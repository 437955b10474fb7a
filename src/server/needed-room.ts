// How much room new data needs, in bytes.

/** A new, empty cluster with WAL to grow into: more would be a guess about the data to come. */
export const roomForNewCluster = 1e9;

/** A copy of the database, and as much WAL as a quarter of it, with room for a small cluster's minimum. */
export const roomForCopy = (databaseBytes: number): number => databaseBytes * 1.25 + 500e6;
