// lab.json: what a lab was asked to be. Whether it runs is read from the machine each time.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { labDirectory, labsDirectory, type Lab } from './lab.ts';

const fileOf = (root: string, name: string): string => join(labDirectory(root, name), 'lab.json');

export function readLab(root: string, name: string): Lab | undefined {
  const file = fileOf(root, name);
  return existsSync(file) ? labFrom(readFileSync(file, 'utf8')) : undefined;
}

type Later = 'layers' | 'isolated' | 'cluster';

/** A lab of an earlier dbctl lacks what labs did not have then. */
export function labFrom(json: string): Lab {
  const lab = JSON.parse(json) as Omit<Lab, Later> & Partial<Pick<Lab, Later>>;
  return { layers: [], isolated: false, cluster: lab.name, ...lab };
}

export function writeLab(root: string, lab: Lab): void {
  const file = fileOf(root, lab.name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(lab, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Names of all labs there is anything of, whole or not. */
export function labNames(root: string): readonly string[] {
  const labs = labsDirectory(root);
  return existsSync(labs) ? readdirSync(labs).toSorted() : [];
}

export const allLabs = (root: string): readonly Lab[] =>
  labNames(root).flatMap((name) => readLab(root, name) ?? []);

/** Held for the moments in which labs see each other: choosing a network, and the common control group. */
export const stateLock = (root: string): string => join(root, 'locks', 'labs');

/** Held while one lab is made, started or removed. */
export const labLock = (root: string, name: string): string => join(root, 'locks', `lab-${name}`);

/** Held while an image is built. */
export const imageLock = (root: string): string => join(root, 'locks', 'images');
