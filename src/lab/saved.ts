// Labs that were saved: <root>/saved/<name>/ has what belongs to the lab itself, <root>/layers/ the disks of its hosts.
// A layer is never written again, so any number of labs and saved ones stand on the same.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../model/errors.ts';
import type { Lab } from './lab.ts';
import { run } from './run.ts';
import { allLabs, labFrom } from './state.ts';

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
export function writeSaved(root: string, { name, savedAt, lab }: SavedLab): void {
  const file = fileOf(root, name);
  mkdirSync(savedDirectory(root, name), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ savedAt, lab }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function allSaved(root: string): readonly SavedLab[] {
  const directory = join(root, 'saved');
  const names = existsSync(directory) ? readdirSync(directory).toSorted() : [];
  return names.flatMap((name) => readSaved(root, name) ?? []);
}

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
  const directory = layersDirectory(root);
  if (!existsSync(directory)) return;
  const labs = [...allLabs(root), ...allSaved(root).map(({ lab }) => lab)];
  const used = new Set(labs.flatMap(({ layers }) => layers));
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (!used.has(path)) rmSync(path, { recursive: true, force: true });
  }
}

/** What the disks of a saved lab take, in bytes; the image is not in it. */
export async function sizeOf({ lab }: SavedLab): Promise<number> {
  const total = await run(['du', '--summarize', '--total', '--block-size=1', ...lab.layers]);
  return Number.parseInt(total.trimEnd().split('\n').at(-1) ?? '', 10);
}
