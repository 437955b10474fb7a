// From names that speak of several settings, or of a part of one, to what they say about each setting.

import { compositeNames } from './composite-names.ts';
import { readDatabaseUrl } from './database-url.ts';
import { givenFor, InvalidSetting, type RawValue } from './raw-value.ts';
import { numberedName, numberedReplicas } from './numbered-replicas.ts';
import { InvalidValue, type Problem } from './problem.ts';
import type { Entry } from './read-lines.ts';
import type { SettingName } from './settings.ts';

interface Expanded {
  readonly given: ReadonlyMap<string, RawValue>;
  readonly problems: readonly Problem[];
  /** Settings that a line with a problem speaks of: they are not missing. */
  readonly unclear: ReadonlySet<string>;
}

const urlNames = ['DATABASE_URL', 'DATABASE_URL_FILE'];

/** Is it a name that `expandComposite` understands? */
export const isComposite = (name: string): boolean =>
  urlNames.includes(name) || numberedName(name) !== undefined;

/** What such lines say about each setting. `directory` is where relative paths start. */
export function expandComposite(entries: readonly Entry[], directory: string): Expanded {
  const replicas = numberedReplicas(entries);
  const given = new Map<string, RawValue>();
  if (replicas.given) given.set('CLUSTER_DB_REPLICA_HOSTS', replicas.given);
  const problems = [...replicas.problems];
  try {
    for (const [name, one] of fromUrl(entries, directory)) given.set(name, one);
  } catch (error) {
    if (!(error instanceof InvalidSetting)) throw error;
    problems.push(error.problem);
  }
  const faulty = problems.some(({ setting = '' }) => urlNames.includes(setting));
  return { given, problems, unclear: new Set(faulty ? compositeNames['DATABASE_URL']!.gives : []) };
}

/** The parts of DATABASE_URL, or of the file that holds it. Throws InvalidSetting. */
function fromUrl(
  entries: readonly Entry[],
  directory: string,
): readonly (readonly [SettingName, RawValue])[] {
  const written = entries.filter(({ name }) => urlNames.includes(name));
  const [url] = givenFor({ isSecret: true }, written, directory);
  if (url === undefined) return [];
  const parts = readParts(url);
  const texts: readonly (readonly [SettingName, string | undefined])[] = [
    ['CLUSTER_DB_PRIMARY_HOST', parts.place],
    ['POSTGRES_DB', parts.database],
    ['POSTGRES_APP_USER', parts.user],
    ['POSTGRES_APP_PASSWORD', parts.password],
  ];
  return texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, { ...url, text }] as const]));
}

function readParts({ name, line, text }: RawValue): ReturnType<typeof readDatabaseUrl> {
  try {
    return readDatabaseUrl(text);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new InvalidSetting({ setting: name, line, text: error.message });
  }
}
