// Every piece of advice in the sources, and which stories do what it says.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parseSync, Visitor } from 'oxc-parser';
import { advisedIn } from './advised.ts';
import { sourcePaths } from './sources.ts';

/** "…" stands for what is put in. */
export interface Advice {
  readonly text: string;
  readonly from: string;
}

const hole = '…';

/** What stands behind a → anywhere: every text in a member `next`, in what a function of such a name answers, and in steps of `explain wal`. */
export function allAdvice(): readonly Advice[] {
  const found = sourcePaths().flatMap((path) =>
    adviceIn(path, readFileSync(`src/${path}`, 'utf8')).map((text) => ({ text, from: path })),
  );
  return [...new Map(found.map((one) => [one.text, one])).values()];
}

function adviceIn(path: string, source: string): readonly string[] {
  type Range = readonly [start: number, end: number];
  const ranges: Range[] = [];
  const others: Range[] = [];
  const texts: { readonly at: number; readonly text: string }[] = [];
  if (!/\bnext\b|\bcommand:|dvice/.test(source)) return [];
  const { program } = parseSync(path, source);
  new Visitor({
    Property({ key, value }) {
      if (key.type !== 'Identifier') return;
      if (/^(next|command)$/.test(key.name)) ranges.push([value.start, value.end]);
      if (/^(why|what|text|message|title|evidence)$/.test(key.name)) others.push([value.start, value.end]);
    },
    VariableDeclarator({ id, init }) {
      if (init && id.type === 'Identifier' && isOfAdvice(id.name)) ranges.push([init.start, init.end]);
    },
    FunctionDeclaration({ id, body }) {
      if (id && body && isOfAdvice(id.name)) ranges.push([body.start, body.end]);
    },
    Literal({ value, start }) {
      if (typeof value === 'string') texts.push({ at: start, text: value });
    },
    TemplateLiteral({ quasis, start }) {
      texts.push({ at: start, text: quasis.map(({ value }) => value.cooked ?? '').join(hole) });
    },
  }).visit(program);
  const isIn = (at: number, all: readonly Range[]): boolean =>
    all.some(([start, end]) => at >= start && at < end);
  return texts
    .filter(({ at, text }) => isIn(at, ranges) && !isIn(at, others) && /\w{2}.* \S/.test(text))
    .map(({ text }) => text);
}

const isOfAdvice = (name: string): boolean => /advice|^next/i.test(name);

export interface Story {
  readonly name: string;
  readonly text: string;
}

/** The stories, each with the chapters and helpers that it imports. */
export function allStories(): readonly Story[] {
  const directory = 'test/e2e';
  const withImports = (path: string, seen: Set<string>): string => {
    if (seen.has(path)) return '';
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    const imported = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, other = '']) => join(path, '..', other));
    return [
      text,
      ...imported.filter((one) => one.startsWith('test/')).map((one) => withImports(one, seen)),
    ].join('\n');
  };
  return readdirSync(directory)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => ({
      name: file.slice(0, -'.test.ts'.length),
      text: withImports(join(directory, file), new Set()).replaceAll(String.raw`\/`, '/'),
    }));
}

/** Who does what an advice says. */
export interface Doer {
  /**
   * "typed": stories type all of it. "looks": it only shows something. "person": it names nothing to type, or a person must
   * decide. "outside": it cannot be done in a lab. "nobody": it can be typed, and no story does.
   */
  readonly kind: 'typed' | 'looks' | 'person' | 'outside' | 'nobody';
  readonly stories: readonly string[];
  /** Why it cannot be done in a lab. */
  readonly why?: string;
}

const kernel =
  "it changes the kernel of the machine that runs the stories, which a lab's hosts share with it";
const clock = 'the hosts of a lab have the clock of the machine that runs the stories, and may not set it';
const tools = 'it puts programs on the machine that runs the stories, or takes them away before that';

/** Advice that a story cannot follow, with the reason. What is here and typed by a story has no place here any more. */
const outside: readonly (readonly [part: string, why: string])[] = [
  ['sysctl -w vm.overcommit_memory', kernel],
  ['keep it: echo vm.overcommit_memory', kernel],
  ['/sys/kernel/mm/transparent_hugepage/enabled', kernel],
  ['sudo modprobe sch_netem', kernel],
  ['timedatectl set-ntp true', clock],
  ['sudo apt-get install -y …', tools],
  [
    "or add the PostgreSQL project's own repository",
    'its packages are on the internet, and a lab reaches the mirror of its machine at most',
  ],
];

/** Advice for which a story is still owed, by how it begins. No other one may be in `nobody`, and none is added here. */
export const owed: readonly string[] = ['give the data a directory of its own there: '];

export function doersOf(
  all: readonly Advice[],
  stories: readonly Story[],
  program: Command,
): readonly Doer[] {
  const typedIn = new Map<string, readonly Story[]>();
  const storiesWith = (word: string): readonly Story[] => {
    const known = typedIn.get(word) ?? stories.filter(({ text }) => text.includes(word));
    typedIn.set(word, known);
    return known;
  };
  return all.map(({ text }) => {
    const words = wordsToType(text, program);
    const having = words.map(storiesWith);
    const taken = takenFrom(text);
    const names = stories.filter(
      (story) => (words.length > 0 && having.every((ones) => ones.includes(story))) || taken?.(story.text),
    );
    if (names.length > 0) return { kind: 'typed', stories: names.map(({ name }) => name) };
    const why = outside.find(([part]) => text.includes(part))?.[1];
    if (why !== undefined) return { kind: 'outside', stories: [], why };
    if (/^(see|check|look|read|list|compare|try|find out|is its)\b/.test(text))
      return { kind: 'looks', stories: [] };
    return {
      kind: words.length === 0 || text.includes('a person must decide') ? 'person' : 'nobody',
      stories: [],
    };
  });
}

/** Pieces of what is to be typed or written, all of which a story has that does it; none when it is nothing of that kind. */
function wordsToType(text: string, program: Command): readonly string[] {
  const own = advisedIn(text.replace('sudo dbctl', 'dbctl'), program).filter(({ command }) => command !== '');
  return own.length > 0
    ? own.flatMap(({ command, flags }) => [asTyped(command), ...flags])
    : shellParts(text);
}

/** Stories take a line out of what dbctl said and run it: "→ on the host, as root: (.*)". */
function takenFrom(text: string): ((story: string) => boolean) | undefined {
  const lead = /^(.{8,}?): /.exec(text)?.[1];
  if (lead === undefined) return undefined;
  const parts = lead.split('…');
  const pattern = new RegExp(String.raw`${parts.map((part) => escaped(part)).join('.{1,30}')}: \(`);
  // Nearly every story is passed over by its first words, which costs nothing.
  return (story) => parts.every((part) => story.includes(part)) && pattern.test(story);
}

/** "backup run" as a story calls it. */
export const asTyped = (command: string): string =>
  command
    .split(' ')
    .map((word) => `'${word}'`)
    .join(', ');

/** What is to be typed in a shell, or written into a file, without what is put in: every part must be in a story. */
function shellParts(text: string): readonly string[] {
  const typed = programLine.exec(text)?.[1] ?? '';
  return typed
    .split(/…|<[^>]*>|"|'/)
    .map((part) => part.trim())
    .filter((part) => part.length >= 4);
}

const programs =
  'apt-get|apt-mark|systemctl|runuser|pg_ctl|pg_dropcluster|rm|mv|mkdir|install|chown|chmod|chsh|sed|ssh-keyscan|ssh-keygen|ssh-add|sudo|nft|timedatectl|sysctl|mount|echo|printf|ln|pgbackrest';

/** A program with its words, a setting with its value, or a flag: after a colon, or at the beginning. "mount it" is prose. */
const programLine = new RegExp(
  String.raw`(?:^|: |; )((?:(?:${programs}) (?!(?:it|the|a|Go) )|[A-Z_]{4,}=|--[a-z])\S*.*)$`,
);

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
