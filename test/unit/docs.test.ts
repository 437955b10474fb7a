// What the pages of docs/ name is there: commands in tables, flags, settings, and places on other pages.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { list } from '../../src/cli/list.ts';
import { namesOf } from '../../src/config/raw-value.ts';
import type { Setting } from '../../src/config/setting.ts';
import { settings } from '../../src/config/settings.ts';
import type { Listed } from '../../src/kit/listed.ts';

const named = (commands: readonly Listed[]): readonly string[] =>
  commands.flatMap(({ name, children = [] }) => [name, ...named(children)]);
const program = await buildProgram(named(list));

const pages = [
  'README.md',
  ...readdirSync('docs', { encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];
const textOf = (page: string): string => readFileSync(page, 'utf8');

const allCommands = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap((one) => allCommands(one)),
];
const flags = new Set([
  '--help',
  '--version',
  ...allCommands(program).flatMap(({ options }) => options.flatMap(({ long }) => long ?? [])),
]);
/** Of programs of others that the pages name. */
const otherFlags =
  /^--(?:allow-root|cacert|config|delta|depth|branch|enable|endpoints|global|no-owner|no-privileges|exit-on-error|recurse|silent|stanza|update|upgrade)$/;

const codeIn = (text: string): readonly string[] =>
  [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

test.each(pages)('%s names only flags that there are', (page) => {
  const found = codeIn(textOf(page)).flatMap((code) => /^--[a-z][a-z-]+/.exec(code) ?? []);

  expect(found.filter((flag) => !flags.has(flag) && !otherFlags.test(flag))).toEqual([]);
});

const settingNames = new Set(
  Object.entries(settings).flatMap(([name, setting]) => namesOf(name, setting as Setting)),
);

/** A secret of a pipeline. */
const otherNames = new Set(['CLUSTER_CA']);

test.each(pages)('%s names only settings that there are', (page) => {
  const found = [...textOf(page).matchAll(/`((?:CLUSTER|POSTGRES|BACKUP|PGBACKREST|MINIO)_[A-Z_]+)\b/g)].map(
    ([, name = '']) => name,
  );
  const wrong = found.filter(
    (name) => !settingNames.has(name) && !otherNames.has(name) && !/_$|^POSTGRES_CONF/.test(name),
  );
  expect(wrong).toEqual([]);
});

test.each(pages)('%s names only commands that there are, also where dbctl is not before them', (page) => {
  const groups = new Set(
    program.commands.filter(({ commands }) => commands.length > 0).map((one) => one.name()),
  );
  const wrong = codeIn(textOf(page)).filter((code) => {
    const [first = '', second] = code.replace(/^(?:sudo )?dbctl /, '').split(/\s+/);
    // A result of an operation.
    if (code === 'lock lost') return false;
    if (!groups.has(first) || second === undefined || !/^[a-z-]+$/.test(second)) return false;
    const group = program.commands.find((one) => one.name() === first)!;
    return !group.commands.some((one) => one.name() === second);
  });

  expect(wrong).toEqual([]);
});

test.each(pages)('%s leads to places that are there', (page) => {
  const links = [...textOf(page).matchAll(/\]\(([^)#:\s]*)#([^)\s]+)\)/g)];
  const wrong = links.filter(([, file = '', anchor]) => {
    const target = file === '' ? page : join(dirname(page), file);
    return !anchorsOf(textOf(target)).has(anchor!);
  });

  expect(wrong.map(([link]) => link)).toEqual([]);
});

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
