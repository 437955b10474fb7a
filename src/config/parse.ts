// From lines to typed settings. Every problem of every setting is collected; nothing stops at the first.

import { resolve } from 'node:path';
import * as v from 'valibot';
import { expandHome } from './expand-home.ts';
import { Misfit, shown, type Problem } from './problem.ts';
import { isOpenToOthers, readSmallFile } from './read-file.ts';
import type { Entry } from './read-lines.ts';
import { readParameter } from './readers/parameter.ts';
import { parameterPrefix, settingRows, type Setting, type Settings } from './settings.ts';
import { suggest } from './suggest.ts';

/** What the lines say; `settings` lacks those that `problems` speaks of. */
interface Parsed {
  readonly settings: Partial<Settings>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** The text given for one setting, and under which name. */
interface Given {
  readonly name: string;
  readonly text: string;
}

const namesOf = (name: string, { aliases = [], isSecret }: Setting): readonly string[] => {
  const plain = [name, ...aliases];
  return isSecret ? plain.flatMap((one) => [one, `${one}_FILE`]) : plain;
};

/** Every name that may be written in .env.cluster, besides POSTGRES_CONF_*. */
const knownNames = settingRows.flatMap(([name, setting]) => namesOf(name, setting));
const known = new Set(knownNames);

/** Reads every setting. `directory` is where relative NAME_FILE paths start. */
export function parseSettings(entries: readonly Entry[], directory: string): Parsed {
  const problems: Problem[] = [...namedTwice(entries), ...unknown(entries)];
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const values: Record<string, unknown> = {};
  for (const [name, setting] of settingRows) {
    const result = readSetting(name, setting, byName, directory);
    problems.push(...result.problems);
    values[name] = result.value;
  }
  const { parameters, problems: misfits } = readParameters(entries);
  return { settings: values, parameters, problems: [...problems, ...misfits] };
}

function* namedTwice(entries: readonly Entry[]): Iterable<Problem> {
  const first = new Map<string, number>();
  for (const { name, line } of entries) {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, line);
    else yield { setting: name, line, text: `is set twice; the first time on line ${earlier}` };
  }
}

function* unknown(entries: readonly Entry[]): Iterable<Problem> {
  for (const { name, line } of entries) {
    if (known.has(name) || name.startsWith(parameterPrefix)) continue;
    const meant = suggest(name, knownNames);
    yield {
      setting: name,
      line,
      text: meant ? `is not a setting; did you mean ${meant}?` : 'is not a setting',
    };
  }
}

function readSetting(
  name: string,
  setting: Setting,
  entries: ReadonlyMap<string, Entry>,
  directory: string,
): { value?: unknown; problems: readonly Problem[] } {
  const written = namesOf(name, setting).flatMap((one) => entries.get(one) ?? []);
  const filled = written.filter(({ value }) => value !== '');
  const hidden = setting.isSecret ? filled.find(({ isCutByComment }) => isCutByComment) : undefined;
  if (hidden) {
    return {
      problems: [{ setting: hidden.name, text: 'is followed by an unquoted #; quote the whole value' }],
    };
  }
  try {
    const given = chooseOne(
      name,
      setting,
      filled.map((entry) => textOf(entry, setting, directory)),
    );
    if (given === undefined) return { problems: missing(name, setting, written) };
    const result = v.safeParse(setting.read, given.text);
    if (result.success) return { value: result.output, problems: [] };
    return { problems: result.issues.map(({ message }) => ({ setting: given.name, text: message })) };
  } catch (error) {
    if (!(error instanceof SettingMisfit)) throw error;
    return { problems: [error.problem] };
  }
}

class SettingMisfit extends Misfit {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.text);
    this.problem = problem;
  }
}

function missing(name: string, setting: Setting, written: readonly Entry[]): readonly Problem[] {
  if (setting.optional) return [];
  return [
    {
      setting: written[0]?.name ?? name,
      text: `is ${written.length > 0 ? 'empty' : 'missing'}: ${setting.doc}`,
    },
  ];
}

/** The one text of a setting that may have been given under several names. */
function chooseOne(name: string, setting: Setting, given: readonly Given[]): Given | undefined {
  const [first, ...others] = given;
  if (first === undefined)
    return setting.fallback === undefined ? undefined : { name, text: setting.fallback };
  const other = others.find(({ name: one, text }) => text !== first.text || one === `${first.name}_FILE`);
  if (other === undefined) return first;
  const values = setting.isSecret ? '' : `: ${shown(first.text)} and ${shown(other.text)}`;
  const text = `and ${other.name} are both set${values}; keep one`;
  throw new SettingMisfit({ setting: first.name, text });
}

/** The text of a line, or of the file it names. */
function textOf({ name, value }: Entry, { isSecret }: Setting, directory: string): Given {
  if (!isSecret || !name.endsWith('_FILE')) return { name, text: value };
  const file = resolve(directory, expandHome(value));
  try {
    const found = readSmallFile(file);
    if (isOpenToOthers(found)) {
      const text = `${file} can be read by others than its owner`;
      throw new SettingMisfit({ setting: name, text, next: `chmod 600 ${file}` });
    }
    return { name, text: found.text.replace(/\r?\n$/, '') };
  } catch (error) {
    if (!(error instanceof Misfit) || error instanceof SettingMisfit) throw error;
    throw new SettingMisfit({ setting: name, text: `${shown(file)} ${error.message}` });
  }
}

function readParameters(entries: readonly Entry[]): Pick<Parsed, 'parameters' | 'problems'> {
  const parameters = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { name, value, line } of entries) {
    if (!name.startsWith(parameterPrefix)) continue;
    try {
      const parameter = readParameter(name.slice(parameterPrefix.length), value);
      if (parameters.has(parameter.name)) throw new Misfit(`sets ${parameter.name} a second time`);
      parameters.set(parameter.name, parameter.value);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      problems.push({ setting: name, line, text: error.message });
    }
  }
  return { parameters: Object.fromEntries(parameters), problems };
}
