// Shows how .env.cluster was understood.

import { hostAndPort } from '../model/address.ts';
import type { Cluster } from '../model/cluster.ts';
import { groups } from '../config/setting.ts';
import { shownPath } from '../config/shown-path.ts';
import type { ShownSetting } from './shown-settings.ts';
import { pad, screenWidth, shorten, widestOf, wrap } from '../ui/text.ts';
import { groupTitle, type Explained } from './explain.ts';

const longestOrigin = 'line 9999'.length;

const unusedWhy = 'is for the application; dbctl ignores it';

interface Understanding {
  readonly cluster: Cluster;
  readonly settings: readonly ShownSetting[];
  readonly unused: readonly { readonly name: string; readonly line: number }[];
}

/** At most 80 columns wide: the nodes, then section by section what is set or has a default that counts. */
export function settingsText({ cluster, settings, unused }: Understanding): string {
  const shown = settings.filter((setting) => counts(setting, cluster));
  const longestName = Math.max(...shown.map(({ name }) => name.length));
  const sections = Object.entries(groups).flatMap(([group, title]) => {
    const rows = shown.filter((setting) => setting.group === group);
    return rows.length === 0 ? [] : ['', title, ...rows.flatMap((setting) => rowsOf(setting, longestName))];
  });
  return [
    `${shownPath(cluster.file)} is the cluster ${cluster.name}`,
    ...placesOf(cluster),
    ...sections,
    ...(cluster.backup ? [] : ['', 'No backups: BACKUP_REPOSITORY is not set']),
    ...unused.flatMap(({ name, line }) => ['', ...wrap(`line ${line}: ${name} ${unusedWhy}`)]),
    '',
  ].join('\n');
}

/** What would do nothing in this cluster is left out unless somebody wrote it. */
function counts({ name, group, from }: ShownSetting, { backup }: Cluster): boolean {
  if (from.kind === 'line') return true;
  if (from.kind === 'not set') return false;
  if (group !== 'backups') return true;
  if (name.startsWith('MINIO_')) return backup !== undefined && backup.repository.kind !== 'posix';
  return backup !== undefined;
}

function placesOf(cluster: Cluster): readonly string[] {
  const nodes = cluster.nodes.map(
    ({ name, host, port }, index) =>
      [name, index === 0 ? 'primary' : 'replica', hostAndPort({ host, port })] as const,
  );
  const { name, host } = cluster.control;
  const rows = [...nodes, [name, 'control', host] as const];
  const widest = widestOf(rows.map(([first]) => first));
  return rows.map(([first, ...rest]) => shorten(`  ${pad(first, widest)}  ${rest.join('  ')}`));
}

/** The value and its origin; below it the name or the file it was given in, when that is another one. */
function rowsOf({ name, value, isSecret, from }: ShownSetting, longestName: number): readonly string[] {
  const start = longestName + 4;
  const room = screenWidth - start - 2 - longestOrigin;
  const text = isSecret ? 'hidden' : (value ?? '');
  const origin = from.kind === 'line' ? `line ${from.line}` : from.kind;
  const row = `  ${name.padEnd(longestName)}  ${pad(shorten(text, room), room)}  ${origin}`;
  if (from.kind !== 'line') return [row];
  const more = [
    ...(from.as === undefined ? [] : [`as ${from.as}`]),
    ...(from.file === undefined ? [] : [`in ${shownPath(from.file)}`]),
  ];
  return [row, ...more.map((one) => `${' '.repeat(start)}${shorten(one, screenWidth - start)}`)];
}

const labelWidth = 11;

/** One setting in full. */
export function explainedText(one: Explained): string {
  const { name, group, meaning, takes, example, aliases, partOf, gives, isSecret } = one;
  const facts: readonly (readonly [label: string, text: string])[] = [
    ['takes', takes],
    ['default', defaultOf(one)],
    ['example', example === null ? '' : example.includes('=') ? example : `${name}=${example}`],
    ['also', aliases.join(', ')],
    ['part of', partOf.join(', ')],
    ['means', gives.join(', ')],
    ['from a file', isSecret ? `${name}_FILE=/path/of/it (mode 600)` : ''],
    ['topic', groupTitle(group)],
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

/** All settings by topic, each with what it means in full: the list is searched. */
export function explainedList(all: readonly Explained[]): string {
  const longest = Math.max(...all.map(({ name }) => name.length));
  const sections = [...new Set(all.map(({ group }) => group))].flatMap((group) => {
    const rows = all.filter((one) => one.group === group);
    return [
      groupTitle(group),
      ...rows.flatMap(({ name, meaning }) => explainedRow(name.padEnd(longest), meaning)),
      '',
    ];
  });
  return [...sections, 'More about one of them: dbctl config explain <name>', ''].join('\n');
}

const explainedRow = (name: string, meaning: string): readonly string[] =>
  wrap(meaning, screenWidth - name.length - 4).map(
    (line, index) => `  ${index === 0 ? name : ' '.repeat(name.length)}  ${line}`,
  );
