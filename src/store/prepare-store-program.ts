// The program of an object store, from where the user says or built here, kept for the next time.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreRepository } from '../model/backup.ts';
import { goArchitectureOf, storePrograms } from './store-program.ts';
import { ConfigError, RefusedError } from '../model/errors.ts';
import { measureFile } from '../host/local-file.ts';
import { download } from './download.ts';

type Program = Pick<StoreRepository, 'kind' | 'binary'>;

export interface Preparation {
  /** What `uname -m` says on the host that will run it. */
  readonly machine: string;
  /** Where programs are kept. */
  readonly cache: string;
  /** PATH to find Go in. */
  readonly searchPath: string;
}

/** Tells one version, or one given file, from another; says so without building or downloading anything. */
export async function labelOf({ kind, binary }: Program): Promise<string> {
  if (binary === undefined) return storePrograms[kind].version.replace(/^v/, '');
  return (binary.sha256 ?? (await givenFile(binary.location)).sha256).slice(0, 16);
}

/** Answers the path of the program on this machine. Two runs at once do the work twice, and the same file is there. */
export async function prepareStoreProgram(
  program: Program,
  { machine, cache, searchPath }: Preparation,
  report: (note: string) => void,
): Promise<string> {
  const { kind, binary } = program;
  if (binary !== undefined && !binary.location.startsWith('https:')) return checkedFile(binary);
  const kept = join(cache, [kind, await labelOf(program), ...(binary ? [] : [machine])].join('-'));
  if (existsSync(kept)) return kept;

  await mkdir(cache, { recursive: true, mode: 0o700 });
  const aside = await mkdtemp(join(cache, 'making-'));
  try {
    const output = join(aside, 'program');
    await (binary === undefined
      ? build(kind, { machine, searchPath }, aside, report)
      : download(binary.location, { sha256: binary.sha256 ?? '', output }, report));
    await rename(output, kept);
    return kept;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function build(
  kind: Program['kind'],
  { machine, searchPath }: Omit<Preparation, 'cache'>,
  aside: string,
  report: (note: string) => void,
): Promise<void> {
  const architecture = goArchitectureOf(machine);
  if (architecture === undefined) {
    throw new RefusedError({
      what: `${kind} cannot be built for this control host`,
      why: `uname -m says ${machine} there.`,
      next: [`provide the program: MINIO_BINARY=/path/to/${kind}`],
    });
  }
  const directory = join(aside, 'module');
  await mkdir(directory);
  const { buildGoProgram } = await import('./go-build.ts');
  await buildGoProgram(
    storePrograms[kind],
    { architecture, directory, output: join(aside, 'program'), searchPath },
    report,
  );
}

async function checkedFile({ location, sha256 }: NonNullable<Program['binary']>): Promise<string> {
  const found = await givenFile(location);
  if (sha256 === undefined || found.sha256 === sha256.toLowerCase()) return location;
  throw new RefusedError({
    what: `${location} does not match MINIO_BINARY_SHA256`,
    why: `its SHA-256 is ${found.sha256}, expected ${sha256}`,
    next: ['correct MINIO_BINARY or MINIO_BINARY_SHA256 in .env.cluster'],
  });
}

const givenFile = (path: string) =>
  measureFile(path).catch((cause: unknown) => {
    throw new ConfigError({
      what: `MINIO_BINARY is a file that cannot be read: ${path}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: ['correct it in .env.cluster, or remove it: dbctl then builds the program'],
      cause,
    });
  });
