import { createHash } from 'node:crypto';
import { change, type Change, type Step } from '../engine/step.ts';
import type { FileAttributes, ReadableHost, RemoteFile } from '../host/host.ts';
import { Secret } from '../model/secret.ts';

/** Without attributes it is root's: for everybody to read, or for root alone where it is a secret. */
export interface OwnFile extends Partial<FileAttributes> {
  readonly path: string;
  readonly content: string | Secret | ((host: ReadableHost) => Promise<string | Secret>);
  /** Whether its last line tells edits by hand; only where "#" begins a comment. */
  readonly isSealed?: boolean;
  /** Whether a plan may show its lines: nothing in it is a secret. */
  readonly isShown?: boolean;
}

/** Keeps one file that dbctl owns as a whole. */
export function ownFile(title: string, file: OwnFile): Step {
  const look = (host: ReadableHost) => Promise.all([host.readFile(file.path), contentOf(file, host)]);
  return {
    title,
    writesFile: file.path,
    async diff(host) {
      const [found, content] = await look(host);
      const text = content instanceof Secret ? content.reveal() : content;
      return fileChanges(found, { ...file, ...attributesOf(file), content: text });
    },
    async detail(host) {
      const [found, content] = await look(host);
      if (!file.isShown || found === undefined || content instanceof Secret) return [];
      return lineChanges(found.content, content);
    },
    async apply(host) {
      await host.writeFile(file.path, await contentOf(file, host), attributesOf(file));
    },
  };
}

const attributesOf = ({ content, owner, mode }: OwnFile): FileAttributes => ({
  owner: owner ?? 'root:root',
  mode: mode ?? (content instanceof Secret ? 0o600 : 0o644),
});

/** What a file must contain on that host. */
export async function contentOf(
  { content, isSealed }: OwnFile,
  host: ReadableHost,
): Promise<string | Secret> {
  const text = typeof content === 'function' ? await content(host) : content;
  if (!isSealed) return text;
  return text instanceof Secret ? new Secret(sealed(text.reveal())) : sealed(text);
}

/** What must change for a file to be as wanted. */
function fileChanges(
  found: RemoteFile | undefined,
  wanted: RemoteFile & { readonly path: string },
): readonly Change[] {
  if (found === undefined) return [change('file.write', `write ${wanted.path}`, wanted.path)];
  const { path, owner, mode } = wanted;
  const differences = [
    [
      found.content !== wanted.content,
      'file.update',
      `update ${path}${isEdited(found.content) ? ', which was edited by hand' : ''}`,
    ],
    [found.owner !== owner, 'file.owner', `give ${path} to ${owner}`],
    [found.mode !== mode, 'file.mode', `set ${path} to mode ${mode.toString(8)}`],
  ] as const;
  return differences.flatMap(([isSo, id, text]) => (isSo ? change(id, text, path) : [])).slice(0, 1);
}

/** The lines that go ("- …") and that come ("+ …"), in the order of the file; comments say nothing to a server. */
async function lineChanges(before: string, after: string): Promise<readonly string[]> {
  const { diffLines } = await import('diff');
  return diffLines(before, after).flatMap(({ added, removed, value }) => {
    if (!added && !removed) return [];
    const lines = value.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return lines.map((line) => `${added ? '+' : '-'} ${line}`);
  });
}

const mark = '# dbctl wrote all above, and nobody changed it while this is its SHA-256: ';

/** The text with its seal. It must be of a kind in which "#" begins a comment. */
export const sealed = (text: string): string => `${text}${mark}${digest(text)}\n`;

/** Whether the text was sealed once and is not any more what was sealed. One without a seal says nothing. */
export function isEdited(text: string): boolean {
  const at = text.lastIndexOf(mark);
  return at !== -1 && text !== sealed(text.slice(0, at));
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
