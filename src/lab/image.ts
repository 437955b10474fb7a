// The cached images: <root>/images/<release>-<layer>-<hash>/. A layer is built beside its place and renamed when
// complete, so an image that is there is whole; it is never written again.

import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Listener } from '../engine/event.ts';
import { runTasks, type Watch } from '../engine/run-tasks.ts';
import type { Mirrors } from './apt-sources.ts';
import { buildBase, buildPackages } from './build-layer.ts';
import { withLock, imageLock } from './state.ts';
import { clearDirectory } from './mounts.ts';
import { imageName, layersOf, releases, type Layer, type Release } from './recipe.ts';
import { labsAndSaved } from './saved.ts';

export interface ImageRequest {
  readonly root: string;
  readonly release: Release;
  readonly bare: boolean;
  /** Asked only when something has to be built. */
  readonly mirrors: () => Mirrors;
}

/** The directories of the image, uppermost first. Builds what is missing and drops what a changed recipe left behind. */
export async function ensureImage(request: ImageRequest, listener: Listener): Promise<readonly string[]> {
  const { root, release, bare } = request;
  const images = join(root, 'images');
  const layers = layersOf(release, bare);
  const paths = layers.map((_, index) => join(images, imageName(release, layers.slice(0, index + 1))));
  if (!paths.every((path) => existsSync(path))) {
    await withLock(imageLock(root), async () => {
      mkdirSync(images, { recursive: true });
      await buildMissing(request, layers, paths, listener);
      await dropOld(root, release);
    });
  }
  return paths.toReversed();
}

async function buildMissing(
  { root, release, mirrors }: ImageRequest,
  layers: readonly Layer[],
  paths: readonly string[],
  listener: Listener,
): Promise<void> {
  const building = join(root, 'images', '.building');
  const tasks = layers.map((layer, index) => ({
    host: titleOf(layer, release),
    work: async ({ report }: Watch) => {
      const path = paths[index] as string;
      // Another dbctl may have built it while this one waited for the lock.
      if (existsSync(path)) return { answer: path, status: 'in place', note: '' } as const;
      await clearDirectory(building);
      const began = Date.now();
      const lower = paths.slice(0, index).toReversed();
      const order = { building, lower, layer, release, mirrors: mirrors() };
      renameSync(await (index === 0 ? buildBase(order, report) : buildPackages(order, report)), path);
      await clearDirectory(building);
      const note = `built in ${Math.round((Date.now() - began) / 1000)} s`;
      return { answer: path, status: 'changed', note } as const;
    },
  }));
  await runTasks(`Build the ${releases[release].title} image`, tasks, listener, 'one by one');
}

const titleOf = ({ name }: Layer, release: Release): string =>
  name === 'base' ? 'base system' : `PostgreSQL ${releases[release].postgresql}`;

/** Images of older recipes stay only as long as a lab stands on them, or a saved one. */
async function dropOld(root: string, release: Release): Promise<void> {
  const full = layersOf(release, false);
  const current = full.map((_, index) => imageName(release, full.slice(0, index + 1)));
  const used = labsAndSaved(root).flatMap(({ images }) => images);
  for (const name of readdirSync(join(root, 'images'))) {
    const path = join(root, 'images', name);
    if (!name.startsWith(`${release}-`) || current.includes(name) || used.includes(path)) continue;
    await clearDirectory(path);
  }
}
