// A tar archive (POSIX pax) of texts, made in memory: nothing that is put in it is ever on this machine's disk alone.

export interface TarFile {
  /** Relative, with / between its parts. */
  readonly path: string;
  readonly text: string;
}

const block = 512;
const longestName = 100;
const kinds = { file: '0', attributes: 'x' } as const;

/** The archive; every file may be read by its owner alone. `now` is in seconds since 1970. */
export function tarOf(files: readonly TarFile[], now: number): Buffer {
  const parts = files.flatMap(({ path, text }) => [
    ...(Buffer.byteLength(path) > longestName
      ? entry('attributes', '@LongPath', attribute('path', path), now)
      : []),
    ...entry('file', path, Buffer.from(text), now),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

const entry = (kind: keyof typeof kinds, path: string, content: Buffer, now: number): readonly Buffer[] => [
  header(kind, path, content.length, now),
  content,
  Buffer.alloc((block - (content.length % block)) % block),
];

/** "30 path=mtime\n": it begins with its own length, of which that number is a part. */
function attribute(name: string, value: string): Buffer {
  const rest = ` ${name}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const guess = bytes + String(bytes).length;
  return Buffer.from(`${bytes + String(guess).length}${rest}`);
}

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

function header(kind: keyof typeof kinds, path: string, bytes: number, now: number): Buffer {
  const buffer = Buffer.alloc(block);
  const put = (offset: number, text: string): void => void buffer.write(text, offset);
  // What of a long path does not fit is in its attributes.
  Buffer.from(path).copy(buffer, 0, 0, longestName);
  put(100, octal(0o600, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(bytes, 11));
  put(136, octal(Math.floor(now), 11));
  // The checksum counts as spaces while it is made.
  put(148, ' '.repeat(8));
  put(156, kinds[kind]);
  put(257, 'ustar\u000000');
  const sum = buffer.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return buffer;
}
