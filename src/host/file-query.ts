// Files of hosts, read and replaced in one round trip each.

import type { FileAttributes, RemoteFile, SentFile } from './host.ts';
import { type Query, query } from './command.ts';
import { script } from './script.ts';

/** A file with its owner and mode, read as root; undefined when there is none. */
export const fileAt = (path: string): Query<RemoteFile | undefined> => ({
  ...query(readFilesArgv('', [{ path, index: 0 }]), parseFile),
  batch: { file: path },
  meaning: { doing: `cannot read ${path}`, typed: ['cat', path] },
});

/** Each file ends with the delimiter, its index, and how that went; a file alone with the output. */
export const readFilesArgv = (
  delimiter: string,
  files: readonly { readonly path: string; readonly index: number }[],
): readonly string[] =>
  script(
    'host/read-files.sh',
    delimiter,
    ...files.flatMap(({ path, index }) => [String(index), absolute(path)]),
  );

/**
 * The answer of the reading script: one line of attributes, then the content; nothing for a missing file. Throws when it
 * is no such answer: what a host says before every answer must not become the content of a file.
 */
function parseFile(stdout: string): RemoteFile | undefined {
  if (stdout === '') return undefined;
  const [line, owner = '', mode = ''] = /^([^\s:]+:[^\s:]+) ([0-7]{1,4})\n/.exec(stdout) ?? [];
  if (line === undefined) throw new Error('not the attributes of a file');
  return { owner, mode: Number.parseInt(mode, 8), content: stdout.slice(line.length) };
}

/** `unique` makes the temporary name (.NAME.dbctl-UNIQUE) one that nobody can have made before. */
export const writeFileArgv = (
  path: string,
  { owner, mode }: FileAttributes,
  bytes: number,
  unique: string,
): readonly string[] =>
  script('host/write-file.sh', absolute(path), owner, umaskFor(mode), unique, String(bytes));

export const sendFileArgv = (
  path: string,
  { owner, mode }: FileAttributes,
  { bytes, sha256 }: SentFile,
  unique: string,
): readonly string[] =>
  script('host/send-file.sh', absolute(path), owner, mode.toString(8), unique, String(bytes), sha256);

/** The umask under which a new file gets this mode. Programs are not written this way: x cannot be had. */
function umaskFor(mode: number): string {
  if ((mode & ~0o666) !== 0) throw new Error(`not a mode for a file of data: ${mode.toString(8)}`);
  return (0o777 & ~mode).toString(8).padStart(4, '0');
}

function absolute(path: string): string {
  if (!path.startsWith('/') || path.endsWith('/') || /[\0\n]/.test(path)) {
    throw new Error(`not an absolute path of a file: ${JSON.stringify(path)}`);
  }
  return path;
}
