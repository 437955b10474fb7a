// What `-o json` answers is on a page. It is written anew by `npx vitest run --project unit --update`.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { list } from '../../../src/cli/list.ts';
import { isTimeKey } from '../../../src/kit/answer-json.ts';
import type { Listed } from '../../../src/kit/listed.ts';
import { answerShapes, type Form } from '../../support/answer-shapes.ts';
import { withAnswers } from '../../support/answers-page.ts';
import { sourcePaths } from '../../support/sources.ts';

/** Every command form by what the list of commands has of it. */
async function exportedForms(): Promise<ReadonlyMap<unknown, Form>> {
  const files = sourcePaths().filter((path) => path.endsWith('-command.ts'));
  const modules = await Promise.all(
    files.map((file) => import(new URL(`../../../src/${file}`, import.meta.url).href)),
  );
  return new Map(
    modules.flatMap((module: Record<string, unknown>, index) =>
      Object.entries(module).map(([name, value]) => [value, { file: files[index]!, name }] as const),
    ),
  );
}

interface Typable {
  readonly command: string;
  readonly definition: unknown;
}

const typable = async (commands: readonly Listed[], above = ''): Promise<readonly Typable[]> =>
  (
    await Promise.all(
      commands.map(async ({ name, complete, children = [] }) => [
        ...(complete ? [{ command: `${above}${name}`, definition: await complete() }] : []),
        ...(await typable(children, `${above}${name} `)),
      ]),
    )
  ).flat();

const commands = await typable(list);
const forms = await exportedForms();
const shapes = answerShapes(commands.map(({ definition }) => forms.get(definition)!));
const answers = commands
  .map(({ command }, index) => ({ command, keys: shapes[index]! }))
  .filter(({ keys }) => keys.length > 0);
const all = answers.flatMap(({ command, keys }) => keys.map((key) => ({ ...key, command })));
const nameOf = ({ path }: { readonly path: string }): string => path.replaceAll('[]', '').split('.').at(-1)!;

/** Where a key is that breaks a rule of the page. */
const breaking = (isWrong: (key: (typeof all)[number]) => boolean): readonly string[] =>
  all.filter(isWrong).map(({ command, path, type }) => `${command}: ${path} is ${type}`);

test('docs/json.md has every key of every answer', async () => {
  const page = readFileSync('docs/json.md', 'utf8');

  await expect(withAnswers(page, answers)).toMatchFileSnapshot('../../../docs/json.md');
  expect(
    commands.map(({ command }) => command).filter((one) => !answers.some(({ command }) => command === one)),
  ).toEqual(['lab ssh']);
});

test('no answer has a part whose keys nobody knows', () => {
  expect(breaking(({ type }) => /\b(unknown|any|never)\b/.test(type.replaceAll(/"[^"]*"/g, '')))).toEqual([]);
});

test('times are told as times, and nothing else is called one', () => {
  expect(breaking((key) => isTimeKey(nameOf(key)) !== /\btime\b/.test(key.type))).toEqual([]);
});

test('sizes and spans are numbers, and a verdict has the words of monitoring', () => {
  expect(
    breaking(
      (key) => /(Bytes|Seconds|^bytes|^seconds)$/.test(nameOf(key)) && !/^(number|object)/.test(key.type),
    ),
  ).toEqual([]);
});

test('nodes, hosts and replicas have a name, and what is called a node or a host is a name', () => {
  const lists = /(^|\.)(nodes|hosts|replicas)\[\]\.(node|host)$/;
  expect(breaking(({ path }) => lists.test(path))).toEqual([]);
  expect(breaking((key) => nameOf(key) === 'host' && key.type !== 'string')).toEqual([]);
});
