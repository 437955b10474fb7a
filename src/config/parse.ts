// From lines to typed settings. Every problem of every setting is collected; nothing stops at the first.

import * as v from 'valibot';
import { mergeAliases, type ReadValue } from './merge-aliases.ts';
import { whyForeign, suggest } from './foreign-names.ts';
import { givenFor, namesOf, type RawValue } from './raw-value.ts';
import { gather, InvalidSetting, InvalidValue, type Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import { readParameter } from './readers/name.ts';
import type { Setting } from './setting.ts';
import { parameterPrefix, settingRows, settings as table, type Settings } from './settings.ts';
import { isComposite, expandComposite } from './expand-composite.ts';

/** Every name that may be written in .env.cluster, besides POSTGRES_CONF_* and the numbered ones. */
const knownNames = [...settingRows.flatMap(([name, setting]) => namesOf(name, setting)), 'DATABASE_URL'];
const known = new Set(knownNames);

/** The port comes first: what the others mean depends on it. */
const readingOrder = settingRows.toSorted(
  ([one], [other]) => Number(other === 'POSTGRES_PORT') - Number(one === 'POSTGRES_PORT'),
);

/**
 * Reads every setting. `directory` is where relative NAME_FILE paths start; a setting in `unreadable` has its problem
 * already and is not called missing.
 */
export function parseSettings(entries: readonly Entry[], directory: string, unreadable: ReadonlySet<string>) {
  const composite = expandComposite(entries, directory);
  const problems: Problem[] = [...namedTwice(entries), ...unknown(entries), ...composite.problems];
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const values: Record<string, unknown> = {};
  const origins = new Map<string, RawValue>();
  for (const [name, setting] of readingOrder) {
    const names = namesOf(name, setting);
    const written = names.flatMap((one) => byName.get(one) ?? []);
    const implied = composite.given.get(name);
    const isUnclear = composite.unclear.has(name) || names.some((one) => unreadable.has(one));
    if (written.length === 0 && !implied && isUnclear) continue;
    const port = (values['POSTGRES_PORT'] as number | undefined) ?? Number(table.POSTGRES_PORT.fallback);
    gather(problems, {}, () => {
      const given = [...givenFor(setting, written, directory), ...(implied ? [implied] : [])];
      const said = mergeAliases(setting, given.map(readingOf(setting)), port);
      values[name] = said ? said.value : fallbackOf(name, setting, written);
      if (said) origins.set(name, said.given);
    });
  }
  const parameters = readParameters(entries, problems);
  // What the lines say, without those that `problems` speaks of; and where each that was given stands.
  return { settings: values as Partial<Settings>, parameters, origins, problems };
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
    if (known.has(name) || isComposite(name) || name.startsWith(parameterPrefix)) continue;
    yield { setting: name, line, text: `is not a setting${whatInstead(name)}` };
  }
}

/** What to do about a name that is none: "; did you mean POSTGRES_DB?" */
export function whatInstead(name: string): string {
  const why = whyForeign(name);
  if (why !== undefined) return `: ${why}`;
  const meant = suggest(name, knownNames);
  return meant ? `; did you mean ${meant}?` : '';
}

/** Reads a text as the setting does. Throws InvalidSetting with all that is wrong with it. */
const readingOf =
  (setting: Setting) =>
  (given: RawValue): ReadValue => {
    const { issues, output } = v.safeParse(setting.read, given.text);
    const [first, ...others] = (issues ?? []).map(({ message }) => {
      return { setting: given.name, line: given.line, text: message };
    });
    if (first) throw new InvalidSetting(first, ...others);
    return { given, value: output };
  };

function fallbackOf(name: string, setting: Setting, written: readonly Entry[]): unknown {
  if (setting.fallback !== undefined) return v.parse(setting.read, setting.fallback);
  if (setting.optional) return undefined;
  throw new InvalidSetting(missing(name, setting, written));
}

const missing = (name: string, { doc }: Setting, [empty]: readonly Entry[]): Problem =>
  empty ? { setting: empty.name, text: `is empty: ${doc}` } : { setting: name, text: `is missing: ${doc}` };

function readParameters(entries: readonly Entry[], problems: Problem[]): Readonly<Record<string, string>> {
  const parameters = new Map<string, string>();
  for (const { name: setting, value, line } of entries) {
    if (!setting.startsWith(parameterPrefix)) continue;
    gather(problems, { setting, line }, () => {
      const parameter = readParameter(setting.slice(parameterPrefix.length), value);
      // PostgreSQL does not tell upper from lower case, so neither may two lines.
      if (parameters.has(parameter.name)) throw new InvalidValue(`sets ${parameter.name} a second time`);
      parameters.set(parameter.name, parameter.value);
    });
  }
  return Object.fromEntries(parameters);
}
