// Which text a setting was given: under its name, an alias, or in a file.

import { resolve } from 'node:path';
import { expandHome } from './expand-home.ts';
import { Misfit, shown, type Problem } from './problem.ts';
import { isOpenToOthers, readSmallFile } from './read-file.ts';
import type { Entry } from './read-lines.ts';
import type { Setting } from './setting.ts';

/** The text given for one setting, and under which name. */
interface Given {
  readonly name: string;
  readonly text: string;
}

/** A Misfit that knows its setting. */
export class SettingMisfit extends Misfit {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.text);
    this.problem = problem;
  }
}

/** Every name a setting may be written under. */
export function namesOf(name: string, { aliases = [], isSecret }: Setting): readonly string[] {
  const plain = [name, ...aliases];
  return isSecret ? plain.flatMap((one) => [one, `${one}_FILE`]) : plain;
}

/** The one text of a setting, or undefined when there is none. Throws SettingMisfit when it is not clear which. */
export function givenFor(setting: Setting, written: readonly Entry[], directory: string): Given | undefined {
  const filled = written.filter(({ value }) => value !== '');
  const cut = setting.isSecret && filled.find(({ isCutByComment }) => isCutByComment);
  if (cut) {
    throw new SettingMisfit({
      setting: cut.name,
      text: 'is followed by an unquoted #; quote the whole value',
    });
  }
  const [first, ...others] = filled.map((entry) => textOf(entry, setting, directory));
  const rival = others.find(({ name, text }) => text !== first?.text || name === `${first.name}_FILE`);
  if (first === undefined || rival === undefined) return first;
  const values = setting.isSecret ? '' : `: ${shown(first.text)} and ${shown(rival.text)}`;
  throw new SettingMisfit({ setting: first.name, text: `and ${rival.name} are both set${values}; keep one` });
}

/** Docker and Kubernetes mount secrets readable by all, but into a place that only the container sees. */
const isMountedSecret = (file: string): boolean => /^(\/var)?\/run\/secrets\//.test(file);

/** The text of a line, or of the file it names. */
function textOf({ name, value }: Entry, { isSecret }: Setting, directory: string): Given {
  if (!isSecret || !name.endsWith('_FILE')) return { name, text: value };
  const file = resolve(directory, expandHome(value));
  const refuse = (text: string, next?: string): SettingMisfit =>
    new SettingMisfit({ setting: name, text: `${shown(file)} ${text}`, ...(next && { next }) });
  let found;
  try {
    found = readSmallFile(file);
  } catch (error) {
    throw error instanceof Misfit ? refuse(error.message) : error;
  }
  if (isOpenToOthers(found) && !isMountedSecret(file))
    throw refuse('can be read by others than its owner', `chmod 600 ${file}`);
  return { name, text: found.text.replace(/\r?\n$/, '') };
}
