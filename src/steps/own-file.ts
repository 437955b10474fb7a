import type { Change, Step } from '../engine/step.ts';
import type { FileAttributes, ReadableHost, RemoteFile } from '../remote/host.ts';
import { Secret } from '../secret.ts';

export interface OwnFile extends FileAttributes {
  readonly path: string;
  readonly content: string | Secret | ((host: ReadableHost) => Promise<string>);
}

/** Keeps one file that dbctl owns as a whole. */
export function ownFile(title: string, file: OwnFile): Step {
  const wanted = (host: ReadableHost): Promise<string | Secret> => contentOf(file, host);
  return {
    title,
    async diff(host) {
      const [found, content] = await Promise.all([host.readFile(file.path), wanted(host)]);
      return fileChanges(found, { ...file, content: content instanceof Secret ? content.reveal() : content });
    },
    async apply(host) {
      await host.writeFile(file.path, await wanted(host), file);
    },
  };
}

/** What a file must contain on that host. */
export const contentOf = async ({ content }: OwnFile, host: ReadableHost): Promise<string | Secret> =>
  typeof content === 'function' ? content(host) : content;

/** What must change for a file to be as wanted. */
function fileChanges(
  found: RemoteFile | undefined,
  wanted: RemoteFile & { readonly path: string },
): readonly Change[] {
  if (found === undefined) return [`write ${wanted.path}`];
  if (found.content !== wanted.content) return [`update ${wanted.path}`];
  if (found.owner !== wanted.owner) return [`give ${wanted.path} to ${wanted.owner}`];
  if (found.mode !== wanted.mode) return [`set ${wanted.path} to mode ${wanted.mode.toString(8)}`];
  return [];
}
