// From lines to typed settings. Every problem of every setting is collected; nothing stops at the first.

import * as v from 'valibot';
import { givenFor, namesOf, SettingMisfit } from './given.ts';
import { Misfit, type Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import { readParameter } from './readers/parameter.ts';
import type { Setting } from './setting.ts';
import { parameterPrefix, settingRows, type Settings } from './settings.ts';
import { suggest } from './suggest.ts';

/** What the lines say; `settings` lacks those that `problems` speaks of. */
interface Parsed {
  readonly settings: Partial<Settings>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** Every name that may be written in .env.cluster, besides POSTGRES_CONF_*. */
const knownNames = settingRows.flatMap(([name, setting]) => namesOf(name, setting));
const known = new Set(knownNames);

/**
 * Reads every setting. `directory` is where relative NAME_FILE paths start; a setting in `unreadable` has its problem
 * already and is not called missing.
 */
export function parseSettings(
  entries: readonly Entry[],
  directory: string,
  unreadable: ReadonlySet<string>,
): Parsed {
  const problems: Problem[] = [...namedTwice(entries), ...unknown(entries)];
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const values: Record<string, unknown> = {};
  for (const [name, setting] of settingRows) {
    const names = namesOf(name, setting);
    const written = names.flatMap((one) => byName.get(one) ?? []);
    if (written.length === 0 && names.some((one) => unreadable.has(one))) continue;
    const result = readSetting(name, setting, written, directory);
    if ('problems' in result) problems.push(...result.problems);
    else values[name] = result.value;
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
  written: readonly Entry[],
  directory: string,
): { value: unknown } | { problems: readonly Problem[] } {
  try {
    const given = givenFor(setting, written, directory);
    const text = given?.text ?? setting.fallback;
    if (text === undefined)
      return setting.optional ? { value: undefined } : { problems: [missing(name, setting, written)] };
    const result = v.safeParse(setting.read, text);
    if (result.success) return { value: result.output };
    return {
      problems: result.issues.map(({ message }) => ({ setting: given?.name ?? name, text: message })),
    };
  } catch (error) {
    if (!(error instanceof SettingMisfit)) throw error;
    return { problems: [error.problem] };
  }
}

const missing = (name: string, { doc }: Setting, [empty]: readonly Entry[]): Problem =>
  empty ? { setting: empty.name, text: `is empty: ${doc}` } : { setting: name, text: `is missing: ${doc}` };

function readParameters(entries: readonly Entry[]): Pick<Parsed, 'parameters' | 'problems'> {
  const parameters = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { name, value, line } of entries) {
    if (!name.startsWith(parameterPrefix)) continue;
    try {
      const parameter = readParameter(name.slice(parameterPrefix.length), value);
      // PostgreSQL does not tell upper from lower case, so neither may two lines.
      if (parameters.has(parameter.name)) throw new Misfit(`sets ${parameter.name} a second time`);
      parameters.set(parameter.name, parameter.value);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      problems.push({ setting: name, line, text: error.message });
    }
  }
  return { parameters: Object.fromEntries(parameters), problems };
}
