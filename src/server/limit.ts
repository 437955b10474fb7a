/**
 * How much WAL a replication slot may hold back, in GB: a quarter of the file system it would fill, at least 1.
 * Without a limit, one replica that is gone for good fills the primary's disk. A size
 * that nobody knows (NaN) leaves the least.
 */
export const walLimitGigabytes = (fileSystemBytes: number): number =>
  Math.max(1, Math.floor(fileSystemBytes / 4 / 1024 ** 3) || 0);
