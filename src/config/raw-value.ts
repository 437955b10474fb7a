// Which texts a setting was given: under its name, under an alias, or in a file.

import { resolve } from 'node:path';
import { expandHome } from './shown-path.ts';
import { InvalidSetting, InvalidValue, shown } from './problem.ts';
import { isOpenToOthers, readSmallFile } from './read-file.ts';
import type { Entry } from './read-lines.ts';
import type { Setting } from './setting.ts';

/** One text given for one setting, and where it stands. */
export interface RawValue {
  /** As it is written in the file: the setting's own name, another one, or one that ends in _FILE. */
  readonly name: string;
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The file that the text was read from, when the line names one. */
  readonly file?: string;
}

/** Every name a setting may be written under. */
export function namesOf(name: string, { aliases = [], isSecret }: Setting): readonly string[] {
  const plain = [name, ...aliases];
  return isSecret ? plain.flatMap((one) => [one, `${one}_FILE`]) : plain;
}

/** Every text of a setting; an empty one counts as none. Throws InvalidSetting for one that cannot be relied on. */
export function givenFor(
  setting: Pick<Setting, 'isSecret'>,
  written: readonly Entry[],
  directory: string,
): readonly RawValue[] {
  const filled = written.filter(({ value }) => value !== '');
  const cut = setting.isSecret && filled.find(({ isCutByComment }) => isCutByComment);
  const cutText = 'is followed by an unquoted #; quote the whole value';
  if (cut) throw new InvalidSetting({ setting: cut.name, text: cutText });
  const twice = filled.find(({ name }) => filled.some((one) => one.name === `${name}_FILE`));
  if (twice) {
    const { name, line } = twice;
    throw new InvalidSetting({ setting: name, line, text: `and ${name}_FILE are both set; keep one` });
  }
  return filled.map((entry) => textOf(entry, setting, directory));
}

/** Docker and Kubernetes mount secrets readable by all, but into a place that only the container sees. */
const isMountedSecret = (file: string): boolean => /^(\/var)?\/run\/secrets\//.test(file);

/** The text of a line, or of the file it names. */
function textOf(
  { name, value, line }: Entry,
  { isSecret }: Pick<Setting, 'isSecret'>,
  directory: string,
): RawValue {
  if (!isSecret || !name.endsWith('_FILE')) return { name, text: value, line };
  const file = resolve(directory, expandHome(value));
  const refuse = (text: string, next?: string): InvalidSetting =>
    new InvalidSetting({ setting: name, text: `${shown(file)} ${text}`, ...(next && { next }) });
  let found;
  try {
    found = readSmallFile(file);
  } catch (error) {
    throw error instanceof InvalidValue ? refuse(error.message) : error;
  }
  if (isOpenToOthers(found) && !isMountedSecret(file))
    throw refuse('can be read by others than its owner', `chmod 600 ${file}`);
  return { name, line, file, text: found.text.replace(/\r?\n$/, '') };
}
