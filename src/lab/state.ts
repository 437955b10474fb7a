// lab.json: what a lab was asked to be. Whether it runs is read from the machine each time.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { labDirectory, labsDirectory, type Lab } from './lab.ts';
import { once } from 'node:events';
import { execa } from 'execa';

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

export const writeLab = (root: string, lab: Lab): void => writeJson(fileOf(root, lab.name), lab);

/** At every moment the file is whole, or as it was. */
export function writeJson(file: string, value: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** What is in a directory, in order; nothing where there is none. */
export const namesIn = (directory: string): readonly string[] =>
  existsSync(directory) ? readdirSync(directory).toSorted() : [];

/** Names of all labs there is anything of, whole or not. */
export const labNames = (root: string): readonly string[] => namesIn(labsDirectory(root));

export const allLabs = (root: string): readonly Lab[] =>
  labNames(root).flatMap((name) => readLab(root, name) ?? []);

/** Held for the moments in which labs see each other: choosing a network, and the common control group. */
export const stateLock = (root: string): string => join(root, 'locks', 'labs');

/** Held while one lab is made, started or removed. */
export const labLock = (root: string, name: string): string => join(root, 'locks', `lab-${name}`);

/** Held while an image is built. */
export const imageLock = (root: string): string => join(root, 'locks', 'images');

/**
 * Holds the lock while `work` runs; waits for whoever has it. The lock belongs to a `flock` that ends with its
 * standard input, so it cannot outlive this process, however that ends.
 */
export async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  mkdirSync(dirname(path), { recursive: true });
  const holder = execa('flock', [path, 'cat'], {
    stdin: 'pipe',
    stdout: 'pipe',
    buffer: false,
    reject: false,
  });
  try {
    // `cat` echoes only once flock has the lock and starts it.
    holder.stdin.write('\n');
    await Promise.race([once(holder.stdout, 'data'), holder]);
    return await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
