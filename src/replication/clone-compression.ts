/** Below this a clone takes about a second whatever is done, in bytes. */
const worthwhileBytes = 256 * 1024 ** 2;

/**
 * How pg_basebackup compresses on the server: lz4 where there is enough to copy and a core is free to do it, because it
 * halves what is sent for little CPU (docs/decisions/009-clone-compression.md has the measurement); otherwise not at all.
 */
export const chooseCompression = (source: {
  readonly databaseBytes: number;
  readonly cores: number;
}): string => (source.databaseBytes >= worthwhileBytes && source.cores >= 2 ? 'server-lz4:level=1' : 'none');
