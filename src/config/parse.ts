// From lines to typed settings. Every problem of every setting is collected; nothing stops at the first.

import * as v from 'valibot';
import { mergeAliases, type ReadValue } from './merge-aliases.ts';
import { whyForeign, suggest } from './foreign-names.ts';
import { givenFor, namesOf, InvalidSetting, type RawValue } from './raw-value.ts';
import { InvalidValue, type Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import { readParameter } from './readers/parameter.ts';
import type { Setting } from './setting.ts';
import { parameterPrefix, settingRows, settings as table, type Settings } from './settings.ts';
import { isComposite, expandComposite } from './expand-composite.ts';

/** What the lines say; `settings` lacks those that `problems` speaks of. */
interface Parsed {
  readonly settings: Partial<Settings>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
  /** Where each setting that was given stands, and its text. */
  readonly origins: ReadonlyMap<string, RawValue>;
}

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
export function parseSettings(
  entries: readonly Entry[],
  directory: string,
  unreadable: ReadonlySet<string>,
): Parsed {
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
    const result = readSetting({ name, setting, written, implied, directory, port });
    if ('problems' in result) {
      problems.push(...result.problems);
      continue;
    }
    values[name] = result.value;
    if (result.given) origins.set(name, result.given);
  }
  const { parameters, problems: misfits } = readParameters(entries);
  return { settings: values, parameters, origins, problems: [...problems, ...misfits] };
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

interface Unread {
  readonly name: string;
  readonly setting: Setting;
  readonly written: readonly Entry[];
  /** What a name says that speaks of other settings too. */
  readonly implied: RawValue | undefined;
  readonly directory: string;
  /** Of a node that names none. */
  readonly port: number;
}

type Read =
  | { readonly value: unknown; readonly given?: RawValue }
  | { readonly problems: readonly Problem[] };

function readSetting({ name, setting, written, implied, directory, port }: Unread): Read {
  try {
    const given = [...givenFor(setting, written, directory), ...(implied ? [implied] : [])];
    if (given.length === 0) return fallbackOf(name, setting, written);
    const read = given.map((one) => ({ given: one, result: v.safeParse(setting.read, one.text) }));
    const problems = read.flatMap(({ given: { name: as, line }, result }) =>
      (result.issues ?? []).map(({ message }) => ({ setting: as, line, text: message })),
    );
    if (problems.length > 0) return { problems };
    const said = read.map((one): ReadValue => ({ given: one.given, value: one.result.output }));
    return mergeAliases(setting, said, port)!;
  } catch (error) {
    if (!(error instanceof InvalidSetting)) throw error;
    return { problems: [error.problem] };
  }
}

function fallbackOf(name: string, setting: Setting, written: readonly Entry[]): Read {
  if (setting.fallback !== undefined) return { value: v.parse(setting.read, setting.fallback) };
  return setting.optional ? { value: undefined } : { problems: [missing(name, setting, written)] };
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
      if (parameters.has(parameter.name)) throw new InvalidValue(`sets ${parameter.name} a second time`);
      parameters.set(parameter.name, parameter.value);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      problems.push({ setting: name, line, text: error.message });
    }
  }
  return { parameters: Object.fromEntries(parameters), problems };
}
