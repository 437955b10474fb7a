// What each name of .env.cluster means, from its definition.

import { ConfigError } from '../model/errors.ts';
import { compositeNames, compositesOf, type CompositeName } from './expand-composite.ts';
import { namesOf } from './raw-value.ts';
import { whatInstead } from './parse.ts';
import { InvalidValue, shown } from './problem.ts';
import { readParameter } from './readers/parameter.ts';
import { takesOf } from './readers/reader.ts';
import { groups, type Setting } from './setting.ts';
import { parameterPrefix, settingRows } from './settings.ts';

/** Everything that is to be said about one name. */
export interface Explained {
  readonly name: string;
  readonly topic: string;
  readonly meaning: string;
  readonly takes: string;
  /** What holds when it is not given; null when nothing does. */
  readonly default: string | null;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  readonly example: string | null;
  /** Other names that mean the same. */
  readonly aliases: readonly string[];
  /** Names that say this among other things. */
  readonly partOf: readonly string[];
  /** Settings that this name speaks of, when it is no setting itself. */
  readonly gives: readonly string[];
}

/** Every name, in the order of the manual. */
export const explainAll = (): readonly Explained[] => [
  ...settingRows.map(([name, setting]) => ofSetting(name, setting)),
  ofParameter('<parameter>'),
  ...Object.entries(compositeNames).map(([name, composite]) => ofComposite(name, composite)),
];

/** One name: a setting's own, another one for it, or one that ends in _FILE. Throws ConfigError for an unknown one. */
export function explain(asked: string): Explained {
  const found = [asked, asked.toUpperCase()].flatMap((name) => find(name) ?? [])[0];
  if (found) return found;
  throw new ConfigError({
    what: `${shown(asked)} is not a setting${whatInstead(asked.toUpperCase())}`,
    next: ['see every setting: dbctl config explain'],
  });
}

function find(name: string): Explained | undefined {
  if (name.startsWith(parameterPrefix)) return ofParameter(name.slice(parameterPrefix.length));
  const row = settingRows.find(([one, setting]) => namesOf(one, setting).includes(name));
  if (row) return ofSetting(...row);
  const general = name.replace(/_FILE$/, '').replace(/^(DATABASE_REPLICA)_[1-9][0-9]*_/, '$1_<n>_');
  const composite = Object.entries(compositeNames).find(([one]) => one === general);
  return composite && ofComposite(...composite);
}

function ofSetting(name: string, setting: Setting): Explained {
  const { group, doc, read, fallback, optional, example, aliases = [], isSecret } = setting;
  return {
    name,
    topic: groups[group],
    meaning: doc,
    takes: takesOf(read),
    default: fallback ?? null,
    isRequired: fallback === undefined && !optional,
    isSecret: isSecret ?? false,
    example: example ?? null,
    aliases,
    partOf: compositesOf(name),
    gives: [],
  };
}

const ofComposite = (name: string, { doc, takes, example, gives, isSecret }: CompositeName): Explained => ({
  ...nothingMore,
  name,
  topic: 'Names that applications have',
  meaning: doc,
  takes,
  example,
  gives,
  isSecret: isSecret ?? false,
});

function ofParameter(parameter: string): Explained {
  const isAny = parameter === '' || parameter.startsWith('<');
  return {
    ...nothingMore,
    name: `${parameterPrefix}${isAny ? '<parameter>' : parameter.toLowerCase()}`,
    topic: groups.postgres,
    meaning: isAny ? 'Any parameter of postgresql.conf, by its name.' : meaningOf(parameter),
    takes: 'a value on one line, as postgresql.conf takes it, without its quotes',
    example: isAny ? `${parameterPrefix}shared_buffers=2GB` : null,
  };
}

function meaningOf(parameter: string): string {
  try {
    return `Sets ${readParameter(parameter, 'x').name} in postgresql.conf.`;
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return `Refused: ${error.message}.`;
  }
}

const nothingMore = {
  default: null,
  isRequired: false,
  isSecret: false,
  example: null,
  aliases: [],
  partOf: [],
  gives: [],
} as const;
