// Whether an answer in JSON is as docs/json.md says. Stories ask this of every answer that they get.

import { readFileSync } from 'node:fs';

/** Keys of the answer to this command line that the page does not have. */
export function undocumented(line: readonly string[], answer: unknown): readonly string[] {
  const words = line.filter((word) => !word.startsWith('-'));
  const commands = [...sections().keys()].filter((one) =>
    one.split(' ').every((word, at) => words[at] === word),
  );
  const command = commands.toSorted((one, other) => other.length - one.length)[0];
  if (command === undefined) return [];
  const known = sections().get(command)!;
  return [...new Set(pathsIn(answer, ''))].filter((path) => !known.some((pattern) => pattern.test(path)));
}

/** Every key of an answer, as the page writes them. */
function pathsIn(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one) => pathsIn(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return [at, ...pathsIn(member, at)];
  });
}

/** By command: its keys, those that are told elsewhere on the page too. */
function sections(): ReadonlyMap<string, readonly RegExp[]> {
  const page = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');
  const texts = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), text]),
  );
  const keysOf = (text: string): readonly RegExp[] => {
    const own = [...text.matchAll(/```\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
    const linked = [...text.matchAll(/\]\(#([\w-]+)\)/g)].flatMap(([, anchor]) => {
      const title = [...texts.keys()].find((one) => one.toLowerCase().replaceAll(' ', '-') === anchor);
      return title === undefined ? [] : keysOf(texts.get(title)!);
    });
    return [...own.map(patternOf), ...linked];
  };
  return new Map([...texts].map(([title, text]) => [title, keysOf(text)]));
}

const patternOf = (line: string): RegExp => {
  const path = line.split(/\s/)[0]!.replace(/\?$/, '');
  const escaped = path.replaceAll(/[[\].]/g, String.raw`\$&`).replaceAll('<name>', '.+');
  return new RegExp(`^${escaped}$`);
};
