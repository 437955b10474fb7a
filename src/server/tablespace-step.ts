// A copy of a cluster needs the directories of its tablespaces on its own host, under the same names.

import { change, check, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { RefusedError } from '../model/errors.ts';
import type { Instance } from '../model/instance.ts';
import { formatBytes } from '../model/units.ts';
import type { LayoutProblem } from './fixed-parts.ts';
import { withoutRoom, type Layout, type Tablespace } from './layout.ts';
import {
  keepTablespaceContent,
  makeTablespacePlaces,
  tablespacePlaces,
  type TablespacePlace,
} from './tablespace-query.ts';

export interface TablespaceQuestion {
  readonly instance: Instance;
  /** "shop/pg1", when the host is already noted as this node's: what a lost server of it left may be put away. */
  readonly isOwn: boolean;
  readonly tablespaces: readonly Pick<Tablespace, 'path' | 'bytes'>[];
  /** What comes into the data directory itself, and where that is; undefined when the node has its data. */
  readonly data: { readonly layout: Layout | undefined; readonly bytes: number } | undefined;
}

/** Why the tablespaces cannot come to a host; nothing is asked where there are none. */
export async function tablespaceProblems(
  host: ReadableHost,
  { instance, isOwn, tablespaces, data }: TablespaceQuestion,
): Promise<readonly LayoutProblem[]> {
  if (tablespaces.length === 0) return [];
  const places = await host.ask(tablespacePlaces(instance, pathsOf(tablespaces)));
  const needs = places.map(({ path, disk }) => ({
    path,
    disk,
    bytes: data ? (tablespaces.find((one) => one.path === path)?.bytes ?? 0) * 1.05 : 0,
  }));
  const own = data?.layout
    ? [{ path: instance.dataDirectory, disk: data.layout.disk, bytes: data.bytes }]
    : [];
  return [
    ...places
      .filter(({ state }) => data !== undefined && (state === 'foreign' || (state === 'orphan' && !isOwn)))
      .map(foreign),
    ...withoutRoom([...own, ...needs]).map(({ paths, bytes, disk }) => ({
      what: `${formatBytes(bytes)} are needed for ${paths}; ${formatBytes(disk.freeBytes)} are free`,
      next: 'give the host a larger disk, or mount one there',
    })),
  ];
}

const foreign = ({ path, seen }: TablespacePlace): LayoutProblem => ({
  what: `the directory of a tablespace, ${path}, is not empty: ${seen}`,
  next: `use another host, or if that is not needed: mkdir -p ${path}/away.old && find ${path} -mindepth 1 -maxdepth 1 ! -name away.old ! -name lost+found -exec mv -t ${path}/away.old {} +`,
});

/** Refuses a host to which the tablespaces cannot come. Changes nothing, ever. */
export const checkTablespaces = (question: (host: ReadableHost) => Promise<TablespaceQuestion>): Step =>
  check('Check the directories of tablespaces', async (host) => {
    const problems = await tablespaceProblems(host, await question(host));
    if (problems.length > 0) throw refusal(host, problems);
  });

export const refusal = (host: ReadableHost, problems: readonly LayoutProblem[]): RefusedError =>
  new RefusedError({
    what: `${host.name} cannot be used`,
    why: problems.map(({ what }) => what).join('\n'),
    next: problems.flatMap(({ next }) => next),
  });

/** Makes the directories of tablespaces; also for a replica that replays the making of one. */
export const ensureTablespacePlaces = (
  instance: Instance,
  tablespaces: readonly Pick<Tablespace, 'path'>[],
): Step => ({
  title: 'Make the directories of tablespaces',

  async diff(host) {
    if (tablespaces.length === 0) return [];
    const places = await host.ask(tablespacePlaces(instance, pathsOf(tablespaces)));
    return places.flatMap(({ path, state, owner, seen }) => [
      ...(state === 'absent' ? [change('directory.make', `make ${path}`, path)] : []),
      ...(state !== 'absent' && owner !== 'postgres'
        ? [change('file.owner', `give ${path} to postgres`, path)]
        : []),
      ...(state === 'orphan'
        ? [change('data.keep', `keep ${seen}, which no server has, in ${path}/dbctl-kept-*`, path)]
        : []),
    ]);
  },

  async apply(host) {
    const places = await host.ask(tablespacePlaces(instance, pathsOf(tablespaces)));
    const orphans = places.filter(({ state }) => state === 'orphan');
    if (orphans.length > 0) await host.run(keepTablespaceContent(orphans.map(({ path }) => path)));
    await host.run(makeTablespacePlaces(pathsOf(tablespaces)));
  },
});

const pathsOf = (tablespaces: readonly Pick<Tablespace, 'path'>[]): readonly string[] =>
  [...new Set(tablespaces.map(({ path }) => path))].toSorted();
