/** Below this a clone takes about a second whatever is done, in bytes. */
const worthwhileBytes = 256 * 1024 ** 2;

/**
 * How pg_basebackup compresses on the server: zstd's fastest level raises throughput where a core is free to do it and
 * there is enough to copy (docs/decisions/005-clone-compression.md has the measurement); otherwise not at all.
 */
export const chooseCompression = (source: {
  readonly databaseBytes: number;
  readonly cores: number;
}): string => (source.databaseBytes >= worthwhileBytes && source.cores >= 2 ? 'server-zstd:level=1' : 'none');
