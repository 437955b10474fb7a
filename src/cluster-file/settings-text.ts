// Shows how .env.cluster was understood.

import { hostAndPort } from '../model/address.ts';
import { type Cluster } from '../model/cluster.ts';
import { groups } from '../config/setting.ts';
import { shownPath } from '../config/shown-path.ts';
import type { ShownSetting } from '../config/shown-settings.ts';
import { pad, screenWidth, shorten, widestOf, wrap } from '../ui/text.ts';

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
