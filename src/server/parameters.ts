// PostgreSQL's configuration files, as far as two versions of one that dbctl writes must be compared.

/** The names of the parameters that are set otherwise in one text than in the other, sorted. */
export function changedParameters(before: string, after: string): readonly string[] {
  const [old, wanted] = [parametersIn(before), parametersIn(after)];
  const names = new Set([...old.keys(), ...wanted.keys()]);
  return [...names].filter((name) => old.get(name) !== wanted.get(name)).toSorted();
}

/** Name (lower case) to value as it is written. The last line of a name counts, as it does for PostgreSQL. */
export function parametersIn(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^\s*([a-z_][\w.]*)\s*(?:=\s*|\s)('(?:[^']|'')*'|[^\s#]+)/gim);
  return new Map([...lines].map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}

/** In PostgreSQL's units: "15GB", "175MB". */
export type WalLimit = `${number}${'GB' | 'MB'}`;

/**
 * How much WAL a replication slot, or a repository that cannot be reached, may hold back: a quarter of the file system that pg_wal is on.
 * Without a limit, one replica that is gone for good stops the primary. A size that nobody knows (NaN) is taken for a small one.
 */
export const walLimitOf = (fileSystemBytes: number): WalLimit => quarterOf(fileSystemBytes, 64);

/**
 * What PostgreSQL itself keeps in pg_wal, where its defaults (1 GB between checkpoints) are too much for the file system; undefined where
 * they fit.
 */
export function walSizesFor(
  fileSystemBytes: number,
): { readonly max_wal_size: WalLimit; readonly wal_keep_size: WalLimit } | undefined {
  if (!(fileSystemBytes < 4 * gibi)) return undefined;
  return { max_wal_size: quarterOf(fileSystemBytes, 64), wal_keep_size: quarterOf(fileSystemBytes / 2, 32) };
}

const mebi = 1024 ** 2;
const gibi = 1024 ** 3;

/** From a few WAL files on, however small the file system is. */
function quarterOf(fileSystemBytes: number, leastMegabytes: number): WalLimit {
  const quarter = Number.isNaN(fileSystemBytes) ? gibi : fileSystemBytes / 4;
  return quarter >= gibi
    ? `${Math.floor(quarter / gibi)}GB`
    : `${Math.max(leastMegabytes, Math.floor(quarter / mebi))}MB`;
}
