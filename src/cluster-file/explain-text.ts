// Shows what settings mean.

import type { Explained } from '../config/explain.ts';
import { screenWidth, shorten, wrap } from '../ui/text.ts';

const labelWidth = 11;

/** One setting in full. */
export function explainedText(one: Explained): string {
  const { name, topic, meaning, takes, example, aliases, partOf, gives, isSecret } = one;
  const facts: readonly (readonly [label: string, text: string])[] = [
    ['takes', takes],
    ['default', defaultOf(one)],
    ['example', example === null ? '' : example.includes('=') ? example : `${name}=${example}`],
    ['also', aliases.join(', ')],
    ['part of', partOf.join(', ')],
    ['means', gives.join(', ')],
    ['from a file', isSecret ? `${name}_FILE=/path/of/it (mode 600)` : ''],
    ['topic', topic],
  ];
  const lines = facts.flatMap(([label, text]) => (text === '' ? [] : fact(label, text)));
  return [name, ...wrap(meaning, screenWidth - 2).map((line) => `  ${line}`), '', ...lines, ''].join('\n');
}

function fact(label: string, text: string): readonly string[] {
  const room = screenWidth - labelWidth - 4;
  return wrap(text, room).map((line, index) => `  ${(index === 0 ? label : '').padEnd(labelWidth)}  ${line}`);
}

function defaultOf({ isRequired, default: fallback, gives, meaning }: Explained): string {
  if (isRequired) return 'none: it is required';
  if (fallback) return fallback;
  if (gives.length > 0 || meaning.includes('Default:')) return '';
  return fallback === '' ? 'none' : 'not set';
}

/** All settings by topic, a line each. */
export function explainedList(all: readonly Explained[]): string {
  const longest = Math.max(...all.map(({ name }) => name.length));
  const topics = [...new Set(all.map(({ topic }) => topic))];
  const sections = topics.flatMap((topic) => {
    const rows = all.filter((one) => one.topic === topic);
    return [topic, ...rows.map(({ name, meaning }) => shorten(`  ${name.padEnd(longest)}  ${meaning}`)), ''];
  });
  return [...sections, 'More about one of them: dbctl config explain <name>', ''].join('\n');
}
