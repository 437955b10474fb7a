// Reading and replacing one file takes one round trip each, so both are small constant scripts; what varies is argv.

import type { FileAttributes, RemoteFile, SentFile } from './host.ts';

// The file is opened once, so that owner, mode and content belong together even while somebody replaces it.
const readScript = `
if [ -f "$1" ]; then exec < "$1" && stat -L -c '%U:%G %a' - && exec cat
elif [ -e "$1" ]; then echo "$1 is not a regular file" >&2; exit 1
fi`;

// The length is compared because a connection that dies while it sends looks like the end of the content.
// The mode comes from the umask and chown does not follow links: in a directory that another account owns, that account
// could put a link in the file's place between two commands of ours.
// Signals end the script by its own hand, or it would leave the temporary file: PIPE comes when it says that the content
// is incomplete to a connection that is gone.
const writeScript = `
set -e
directory=$(dirname -- "$1")
temporary="$directory/.$(basename -- "$1").dbctl-$4"
umask 022
[ -d "$directory" ] || mkdir -p -- "$directory"
umask "$3"
set -C
trap 'rm -f -- "$temporary"' EXIT
trap 'exit 1' HUP INT PIPE TERM
cat > "$temporary"
[ "$(stat -c %s -- "$temporary")" = "$5" ] || { echo 'the content arrived incomplete' >&2; exit 1; }
chown -h -- "$2" "$temporary"
sync -- "$temporary"
mv -fT -- "$temporary" "$1"
trap - EXIT`;

// A program must get its x after it was made, which follows links: so the directory must be ours alone.
const sendScript = `
set -e
directory=$(dirname -- "$1")
temporary="$directory/.$(basename -- "$1").dbctl-$4"
umask 022
[ -d "$directory" ] || mkdir -p -- "$directory"
[ -O "$directory" ] || { echo "$directory belongs to another account" >&2; exit 1; }
umask 077
set -C
trap 'rm -f -- "$temporary"' EXIT
trap 'exit 1' HUP INT PIPE TERM
cat > "$temporary"
[ "$(stat -c %s -- "$temporary")" = "$5" ] || { echo 'the content arrived incomplete' >&2; exit 1; }
[ "$(sha256sum < "$temporary")" = "$6  -" ] || { echo 'the content arrived damaged' >&2; exit 1; }
chown -h -- "$2" "$temporary"
chmod -- "$3" "$temporary"
sync -- "$temporary"
mv -fT -- "$temporary" "$1"
trap - EXIT`;

export const readFileArgv = (path: string): readonly string[] => script(readScript, absolute(path));

/** `unique` makes the temporary name (.NAME.dbctl-UNIQUE) one that nobody can have made before. */
export const writeFileArgv = (
  path: string,
  { owner, mode }: FileAttributes,
  bytes: number,
  unique: string,
): readonly string[] => script(writeScript, absolute(path), owner, umaskFor(mode), unique, String(bytes));

export const sendFileArgv = (
  path: string,
  { owner, mode }: FileAttributes,
  { bytes, sha256 }: SentFile,
  unique: string,
): readonly string[] =>
  script(sendScript, absolute(path), owner, mode.toString(8), unique, String(bytes), sha256);

/** The umask under which a new file gets this mode. Programs are not written this way: x cannot be had. */
function umaskFor(mode: number): string {
  if ((mode & ~0o666) !== 0) throw new Error(`not a mode for a file of data: ${mode.toString(8)}`);
  return (0o777 & ~mode).toString(8).padStart(4, '0');
}

/**
 * The answer of the reading script: one line of attributes, then the content; nothing for a missing file. Throws when it
 * is no such answer: what a host says before every answer must not become the content of a file.
 */
export function parseFile(stdout: string): RemoteFile | undefined {
  if (stdout === '') return undefined;
  const [line, owner = '', mode = ''] = /^([^\s:]+:[^\s:]+) ([0-7]{1,4})\n/.exec(stdout) ?? [];
  if (line === undefined) throw new Error('not the attributes of a file');
  return { owner, mode: Number.parseInt(mode, 8), content: stdout.slice(line.length) };
}

const script = (text: string, ...parameters: readonly string[]): readonly string[] => [
  'sh',
  '-c',
  text,
  'sh',
  ...parameters,
];

function absolute(path: string): string {
  if (!path.startsWith('/') || path.endsWith('/') || /[\0\n]/.test(path)) {
    throw new Error(`not an absolute path of a file: ${JSON.stringify(path)}`);
  }
  return path;
}
