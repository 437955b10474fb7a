// The part of docs/json.md that says what each command answers.

import type { Key } from './answer-shapes.ts';

const begin = '<!-- answers:begin (generated from the types of the commands) -->';
const end = '<!-- answers:end -->';

export interface Answer {
  /** "backup run" */
  readonly command: string;
  readonly keys: readonly Key[];
}

/** What the answers of several commands have in common, and is told once. */
const shared = [
  {
    title: 'Every command that changes hosts',
    link: 'what [every command that changes hosts](#every-command-that-changes-hosts) answers',
    is: ({ path }: Key) => /^(cluster|dryRun)$|^(changes|unknown)(\[|$)/.test(path),
    has: 'dryRun',
  },
  {
    title: 'Findings',
    link: '[findings](#findings)',
    is: ({ path }: Key) => /^findings(\[|$)/.test(path),
    has: 'findings[].status',
  },
] as const;

/** The page with its answers made new; what is written around them is kept. */
export function withAnswers(page: string, answers: readonly Answer[]): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the page needs ${begin} and ${end}`);
  return `${before}${begin}\n\n${sections(answers)}\n${end}${after}`;
}

function sections(answers: readonly Answer[]): string {
  const common = shared.map((one) => {
    const first = answers.find(({ command, keys }) => isToldIn(one, keys) && command !== 'doctor')!;
    const own = first.keys.filter(one.is);
    return { ...one, block: block(own), lines: linesOf(own) };
  });
  const told = answers.map(({ command, keys }) => {
    const parts = common.filter((one) => isToldIn(one, keys) && linesOf(keys.filter(one.is)) === one.lines);
    const own = keys.filter((key) => !parts.some((part) => part.is(key)));
    const also =
      parts.length > 0
        ? `${own.length > 0 ? 'Also ' : 'Answers '}${parts.map(({ link }) => link).join(', and ')}.\n`
        : '';
    return `### ${command}\n\n${[...(own.length > 0 ? [block(own)] : []), also].filter(Boolean).join('\n')}`;
  });
  return [...common.map(({ title, block: text }) => `### ${title}\n\n${text}`), ...told].join('\n');
}

const isToldIn = ({ has }: { readonly has: string }, keys: readonly Key[]): boolean =>
  keys.some(({ path }) => path === has);

/** The same for the same keys, in whatever order they are. */
const linesOf = (keys: readonly Key[]): string =>
  keys
    .map((key) => JSON.stringify(key))
    .toSorted()
    .join('\n');

function block(keys: readonly Key[]): string {
  const names = keys.map(({ path, isOptional }) => `${path}${isOptional ? '?' : ''}`);
  const nameWidth = widest(names, 44);
  const typeWidth = widest(
    keys.map(({ type }) => type),
    20,
  );
  const lines = keys.map(({ type, about }, index) =>
    `${names[index]!.padEnd(nameWidth)}  ${type.padEnd(typeWidth)}  ${about}`.trimEnd(),
  );
  return ['```', ...lines, '```', ''].join('\n');
}

const widest = (texts: readonly string[], most: number): number =>
  Math.min(most, Math.max(...texts.map((text) => text.length)));
