// Labs that were saved: <root>/saved/<name>/ has what belongs to the lab itself, <root>/layers/ the disks of its hosts.
// A layer is never written again, so any number of labs and saved ones stand on the same.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../model/errors.ts';
import type { Lab } from './lab.ts';
import { run } from './run.ts';
import { allLabs, labFrom, namesIn, writeJson } from './state.ts';

export interface SavedLab {
  readonly name: string;
  readonly savedAt: Date;
  readonly lab: Lab;
}

export const layersDirectory = (root: string): string => join(root, 'layers');
export const savedDirectory = (root: string, name: string): string => join(root, 'saved', name);

const fileOf = (root: string, name: string): string => join(savedDirectory(root, name), 'saved.json');

export function readSaved(root: string, name: string): SavedLab | undefined {
  const file = fileOf(root, name);
  if (!existsSync(file)) return undefined;
  const { savedAt, lab } = JSON.parse(readFileSync(file, 'utf8')) as { savedAt: string; lab: object };
  return { name, savedAt: new Date(savedAt), lab: labFrom(JSON.stringify(lab)) };
}

/** Written last of all that is saved: without it there is no saved lab. */
export const writeSaved = (root: string, { name, ...saved }: SavedLab): void =>
  writeJson(fileOf(root, name), saved);

export const allSaved = (root: string): readonly SavedLab[] =>
  namesIn(join(root, 'saved')).flatMap((name) => readSaved(root, name) ?? []);

/** A ConfigError when nothing was saved by this name. */
export function findSaved(root: string, name: string): SavedLab {
  const saved = readSaved(root, name);
  if (saved) return saved;
  const others = allSaved(root).map((other) => other.name);
  throw new ConfigError({
    what: `no lab was saved as ${JSON.stringify(name)}`,
    why: others.length === 0 ? 'no lab was saved at all' : `there are: ${others.join(', ')}`,
    next: [`save one: sudo dbctl lab save ${name}`],
  });
}

/** Answers whether there was one. Labs that stand on its disks keep them. */
export function removeSaved(root: string, name: string): boolean {
  const wasThere = existsSync(savedDirectory(root, name));
  rmSync(savedDirectory(root, name), { recursive: true, force: true });
  dropUnusedLayers(root);
  return wasThere;
}

/** Removes the disks that neither a lab nor a saved one stands on. The state lock must be held. */
export function dropUnusedLayers(root: string): void {
  const used = new Set(labsAndSaved(root).flatMap(({ layers }) => layers));
  for (const name of namesIn(layersDirectory(root))) {
    const path = join(layersDirectory(root), name);
    if (!used.has(path)) rmSync(path, { recursive: true, force: true });
  }
}

/** All that may stand on an image or a layer. */
export const labsAndSaved = (root: string): readonly Lab[] => [
  ...allLabs(root),
  ...allSaved(root).map(({ lab }) => lab),
];

/** What the disks of a saved lab take, in bytes; the image is not in it. */
export async function sizeOf({ lab }: SavedLab): Promise<number> {
  const total = await run(['du', '--summarize', '--total', '--block-size=1', ...lab.layers]);
  return Number.parseInt(total.trimEnd().split('\n').at(-1) ?? '', 10);
}
