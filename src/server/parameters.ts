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

/**
 * How much WAL a replication slot may hold back, in GB: a quarter of the file system it would fill, at least 1.
 * Without a limit, one replica that is gone for good fills the primary's disk. A size
 * that nobody knows (NaN) leaves the least.
 */
export const walLimitGigabytes = (fileSystemBytes: number): number =>
  Math.max(1, Math.floor(fileSystemBytes / 4 / 1024 ** 3) || 0);
