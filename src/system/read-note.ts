import { CommandError } from '../model/errors.ts';
import type { ReadableHost } from '../host/host.ts';
import { parseJson } from '../model/answers.ts';

/**
 * Reads one of dbctl's own JSON files on a host; undefined when there is none. Throws CommandError when it is damaged,
 * without showing what is in it.
 */
export async function readNote<Note>(
  host: ReadableHost,
  path: string,
  isRight: (note: Partial<Note>) => boolean,
): Promise<Note | undefined> {
  const file = await host.readFile(path);
  if (file === undefined) return undefined;
  const note = parseJson(file.content);
  if (note !== null && typeof note === 'object' && isRight(note)) return note as Note;
  throw new CommandError({
    what: `${path} on ${host.name} is damaged: dbctl cannot parse it`,
    next: [`read it on ${host.name}: cat ${path}`],
  });
}
