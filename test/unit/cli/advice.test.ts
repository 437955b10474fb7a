// What dbctl advises can be typed: its commands and flags exist, and a story runs each of the commands.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildProgram } from '../../../src/cli.ts';
import { list } from '../../../src/cli/list.ts';
import type { Listed } from '../../../src/kit/listed.ts';
import { allAdvice, allStories, asTyped, doersOf, owed } from '../../support/advice.ts';
import { advicePage } from '../../support/advice-page.ts';
import { advisedIn } from '../../support/advised.ts';
import { readSources } from '../../support/sources.ts';

const named = (commands: readonly Listed[]): readonly string[] =>
  commands.flatMap(({ name, children = [] }) => [name, ...named(children)]);
const program = await buildProgram(named(list));

const filesBelow = (directory: string, ending: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(directory, path));

const inSources = readSources().flatMap(({ path, strings }) =>
  strings.flatMap((text) => advisedIn(text, program).map((one) => ({ ...one, from: `src/${path}` }))),
);
const inDocs = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')].flatMap((path) =>
  advisedIn(readFileSync(path, 'utf8'), program).map((one) => ({ ...one, from: path })),
);

test('every command line that a message, help or a page of the docs names exists', () => {
  const wrong = [...inSources, ...inDocs].filter((one) => one.wrong.length > 0);

  expect(wrong.map(({ from, text }) => `${from}: dbctl ${text}`)).toEqual([]);
  expect(inSources.length).toBeGreaterThan(150);
});

test('every command that a message names is run by a story', () => {
  const stories = [...filesBelow('test/e2e', '.ts'), ...filesBelow('test/support', '.ts')]
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const commands = [...new Set(inSources.map(({ command }) => command))].filter((command) => command !== '');
  expect(commands.filter((command) => !stories.includes(asTyped(command)))).toEqual([]);
});

test('of every advice it is written down who does what it says', async () => {
  const all = allAdvice();
  const doers = doersOf(all, allStories(), program);

  await expect(advicePage(all, doers)).toMatchFileSnapshot('../../e2e/advice.md');
  expect(all.length).toBeGreaterThan(400);
  // One that is new needs a story that types it, and one that has got its story is owed no more.
  const nobodys = all.flatMap(({ text }, index) => (doers[index]!.kind === 'nobody' ? [text] : []));
  expect(nobodys.filter((text) => !owed.some((start) => text.startsWith(start)))).toEqual([]);
  expect(owed.filter((start) => !nobodys.some((text) => text.startsWith(start)))).toEqual([]);
});
