// What each name of .env.cluster means, from its definition.

import { ConfigError } from '../model/errors.ts';
import { compositeNames, compositesOf, type CompositeName } from '../config/expand-composite.ts';
import { namesOf } from '../config/raw-value.ts';
import { whatInstead } from '../config/parse.ts';
import { gather, shown, type Problem } from '../config/problem.ts';
import { readParameter } from '../config/readers/name.ts';
import { takesOf } from '../config/readers/reader.ts';
import { groups, type Setting } from '../config/setting.ts';
import { parameterPrefix, settingRows } from '../config/settings.ts';

/** Everything that is to be said about one name. */
export type Explained = ReturnType<typeof ofSetting>;

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

function ofSetting(name: string, setting: Setting) {
  const { group, doc, read, fallback, optional, example, aliases = [], isSecret } = setting;
  return {
    name,
    group: group as ExplainedGroup,
    meaning: doc,
    takes: takesOf(read),
    /** What holds when it is not given; null when nothing does. */
    default: fallback ?? null,
    isRequired: fallback === undefined && !optional,
    isSecret: isSecret ?? false,
    example: example ?? null,
    /** Other names that mean the same. */
    aliases,
    /** Names that say this among other things. */
    partOf: compositesOf(name),
    /** Settings that this name speaks of, when it is no setting itself. */
    gives: [] as readonly string[],
  };
}

type ExplainedGroup = Setting['group'] | 'applications';

/** The title of a group. */
export const groupTitle = (group: ExplainedGroup): string =>
  group === 'applications' ? 'Names that applications have' : groups[group];

const ofComposite = (name: string, { doc, takes, example, gives, isSecret }: CompositeName): Explained => ({
  ...nothingMore,
  name,
  group: 'applications',
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
    group: 'postgres',
    meaning: isAny ? 'Any parameter of postgresql.conf, by its name.' : meaningOf(parameter),
    takes: 'a value on one line, as postgresql.conf takes it, without its quotes',
    example: isAny ? '2GB' : null,
  };
}

function meaningOf(parameter: string): string {
  const problems: Problem[] = [];
  const read = gather(problems, {}, () => readParameter(parameter, 'x'));
  return read ? `Sets ${read.name} in postgresql.conf.` : `Refused: ${problems[0]!.text}.`;
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
