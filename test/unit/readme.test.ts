// The README says what is true today. Its table is written anew by `npx vitest run --project unit --update`.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { list } from '../../src/cli/list.ts';
import type { Listed } from '../../src/kit/listed.ts';
import { exitCode } from '../../src/model/errors.ts';
import { withCommandTable } from '../support/command-table.ts';

const named = (commands: readonly Listed[]): readonly string[] =>
  commands.flatMap(({ name, children = [] }) => [name, ...named(children)]);
const program = await buildProgram(named(list));
const readme = readFileSync('README.md', 'utf8');

test('the README has the commands as they are', async () => {
  await expect(withCommandTable(readme, program)).toMatchFileSnapshot('../../README.md');
});

test('the README explains every exit code', () => {
  for (const code of Object.values(exitCode)) expect(readme).toContain(`| ${code} |`);
});

test('a text without the markers is refused', () => {
  expect(() => withCommandTable('# dbctl', program)).toThrow('the text needs');
});

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

test.each(pages)('%s links only to files that are there', (page) => {
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(
    (match) => match[1]!,
  );
  expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
});

test.each(pages)('%s names only sources that are there', (page) => {
  const sources = [...readFileSync(page, 'utf8').matchAll(/\bsrc\/[a-z][\w/-]*\.ts\b/g)].map(
    ([path]) => path,
  );
  expect(sources.filter((path) => !existsSync(path))).toEqual([]);
});

test('every page of docs/ is in its index', () => {
  const index = readFileSync('docs/README.md', 'utf8');
  const missing = pages.filter((page) => /^docs\/[a-z-]+\.md$/.test(page) && !index.includes(page.slice(5)));
  expect(missing).toEqual([]);
});
