// A tar archive (POSIX ustar) of texts, made in memory: nothing that is put in it is ever on this machine's disk alone.

export interface TarFile {
  /** Relative, with / between its parts. */
  readonly path: string;
  readonly text: string;
}

const block = 512;
const longestName = 100;
const longestPrefix = 155;

/** The archive; every file may be read by its owner alone. `now` is in seconds since 1970. */
export function tarOf(files: readonly TarFile[], now: number): Buffer {
  const parts = files.flatMap(({ path, text }) => {
    const content = Buffer.from(text);
    return [header(path, content.length, now), content, Buffer.alloc(padding(content.length))];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

const padding = (bytes: number): number => (block - (bytes % block)) % block;
const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

function header(path: string, bytes: number, now: number): Buffer {
  const { prefix, name } = split(path);
  const buffer = Buffer.alloc(block);
  const put = (offset: number, text: string): void => void buffer.write(text, offset);
  put(0, name);
  put(100, octal(0o600, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(bytes, 11));
  put(136, octal(Math.floor(now), 11));
  // The checksum counts as spaces while it is made.
  put(148, ' '.repeat(8));
  put(156, '0');
  put(257, 'ustar\u000000');
  put(345, prefix);
  const sum = buffer.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return buffer;
}

/** A long path is split at one of its slashes. */
function split(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= longestName) return { prefix: '', name: path };
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= longestName && Buffer.byteLength(prefix) <= longestPrefix)
      return { prefix, name };
  }
  throw new Error(`too long for a tar archive: ${path}`);
}
