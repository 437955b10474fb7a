// The program of an object store, from where the user says or built here, kept for the next time.

import { existsSync, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreRepository } from '../model/backup.ts';
import { ConfigError, RefusedError, UnreachableError } from '../model/errors.ts';
import { measureFile } from '../host/local-file.ts';
import type { GoProgram } from './go-build.ts';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatBytes } from '../model/units.ts';

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

/** MinIO is no longer maintained: this is its last commit. Its release tags are no versions that Go understands. */
const storePrograms: Readonly<Record<StoreRepository['kind'], GoProgram>> = {
  minio: {
    name: 'minio',
    package: 'github.com/minio/minio',
    version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
  },
  versitygw: {
    name: 'versitygw',
    package: 'github.com/versity/versitygw/cmd/versitygw',
    version: 'v1.8.0',
  },
};

/** Where dbctl puts a program on a host; `label` tells one version, or one file, from another. */
export const installedProgram = (kind: StoreRepository['kind'], label: string): string =>
  `/usr/local/lib/dbctl/${kind}-${label}`;

const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  riscv64: 'riscv64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
};

/** Go's word for what `uname -m` says; undefined for machines that nobody builds for. */
export const goArchitectureOf = (machine: string): string | undefined => architectures[machine];

/** Downloads into `output` and checks what came. `report` may throw: the download is ended then. */
async function download(
  url: string,
  { sha256, output }: { readonly sha256: string; readonly output: string },
  report: (note: string) => void,
): Promise<void> {
  let bytes = 0;
  const body = await open(url);
  await pipeline(
    Readable.fromWeb(body),
    async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        report(`downloading, ${formatBytes((bytes += piece.length))}`);
        yield piece;
      }
    },
    createWriteStream(output, { flags: 'wx', mode: 0o700 }),
  );
  const { sha256: found } = await measureFile(output);
  if (found === sha256.toLowerCase()) return;
  throw new RefusedError({
    what: `the file at ${url} does not match MINIO_BINARY_SHA256`,
    why: `its SHA-256 is ${found}, expected ${sha256}`,
    next: ['compare it with the published checksum, then correct MINIO_BINARY or MINIO_BINARY_SHA256'],
  });
}

async function open(url: string) {
  const response = await fetch(url).catch((cause: unknown) => {
    throw notGiven(url, reasonOf(cause), cause);
  });
  if (!response.ok || response.body === null) throw notGiven(url, `it answered ${response.status}`);
  if (!response.url.startsWith('https:')) throw notGiven(url, `it redirects to ${response.url}, without TLS`);
  return response.body;
}

/** fetch hides why behind "fetch failed". */
const reasonOf = (error: unknown): string => {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(error);
};

const notGiven = (url: string, why: string, cause?: unknown): UnreachableError =>
  new UnreachableError({
    what: `${url} cannot be downloaded`,
    why,
    next: ['download it yourself and set its path: MINIO_BINARY=/path/to/the/program'],
    cause,
  });
