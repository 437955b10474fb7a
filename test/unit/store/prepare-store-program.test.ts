import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { labelOf, prepareStoreProgram } from '../../../src/store/prepare-store-program.ts';

const directory = (): string => mkdtempSync(join(tmpdir(), 'dbctl-'));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const place = () => ({
  machine: 'x86_64',
  cache: join(directory(), 'cache'),
  searchPath: process.env['PATH'] ?? '',
});
const built = { kind: 'minio', binary: undefined } as const;
const given = (content: string, expected?: string) => {
  const location = join(directory(), 'minio');
  writeFileSync(location, content);
  return { kind: 'minio', binary: { location, sha256: expected } } as const;
};

afterEach(() => vi.unstubAllEnvs());

/** A Go toolchain of a few lines: what it does with `build`, as a shell script. */
function fakeGo(build: string): void {
  const bin = directory();
  const script = `#!/bin/sh
echo "$1 GOOS=$GOOS GOARCH=$GOARCH CGO_ENABLED=$CGO_ENABLED" >> ${bin}/log
[ "$1" != build ] || { ${build}; }`;
  writeFileSync(join(bin, 'go'), script);
  chmodSync(join(bin, 'go'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
}

test('a program is built for the host, told about, and kept for the next time', async () => {
  fakeGo('while [ "$1" != -o ]; do shift; done; echo "program $GOOS $GOARCH $CGO_ENABLED" > "$2"');
  const preparation = { ...place(), machine: 'aarch64' };
  const notes: string[] = [];

  const path = await prepareStoreProgram(built, preparation, (note) => notes.push(note));

  expect(readFileSync(path, 'utf8')).toBe('program linux arm64 0\n');
  expect(notes).toContain('minio: compiling, 0:00');
  fakeGo('exit 1');
  expect(await prepareStoreProgram(built, preparation, () => {})).toBe(path);
  expect(readdirSync(preparation.cache)).toEqual([`minio-${await labelOf(built)}-aarch64`]);
});

test('a build that fails says what Go said, and leaves nothing behind', async () => {
  fakeGo('echo "no space left" >&2; exit 1');
  const preparation = place();

  await expect(prepareStoreProgram(built, preparation, () => {})).rejects.toMatchObject({
    exitCode: 5,
    why: expect.stringContaining('no space left'),
  });
  expect(readdirSync(preparation.cache)).toEqual([]);
});

const stop = (note: string): void => {
  if (note.includes('compiling')) throw new Error('stopped on request');
};

test('a build ends when it is told to', async () => {
  fakeGo('exec sleep 60');
  await expect(prepareStoreProgram(built, place(), stop)).rejects.toThrow('stopped on request');
});

test('a machine without Go teaches what to do', async () => {
  const preparation = { ...place(), searchPath: directory() };
  await expect(prepareStoreProgram(built, preparation, () => {})).rejects.toMatchObject({
    exitCode: 4,
    next: [expect.stringContaining('install Go'), expect.stringContaining('MINIO_BINARY')],
  });
});

test('a host that nobody builds for is refused', async () => {
  const preparation = { ...place(), machine: 'vax' };
  await expect(prepareStoreProgram(built, preparation, () => {})).rejects.toMatchObject({ exitCode: 4 });
});

test('a file that was given is taken as it is, and known by its content', async () => {
  const program = given('a program', sha256('a program').toUpperCase());
  expect(await prepareStoreProgram(program, place(), () => {})).toBe(program.binary.location);
  expect(await labelOf(given('a program'))).toBe(sha256('a program').slice(0, 16));
});

test('a file that is not what its SHA-256 says is refused', async () => {
  const program = given('another program', sha256('a program'));
  await expect(prepareStoreProgram(program, place(), () => {})).rejects.toMatchObject({ exitCode: 4 });
});

test('a file that is not there is a problem of the configuration', async () => {
  const binary = { location: '/nowhere/minio', sha256: undefined };
  await expect(labelOf({ kind: 'minio', binary })).rejects.toMatchObject({ exitCode: 2 });
});

/** What the network would give. */
function serve(text: string, url = 'https://example.org/minio') {
  vi.stubGlobal('fetch', async () => Object.defineProperty(new Response(text), 'url', { value: url }));
}

test('a program from a URL is checked, then kept', async () => {
  serve('a program');
  const binary = { location: 'https://example.org/minio', sha256: sha256('a program') };
  const preparation = place();

  const path = await prepareStoreProgram({ kind: 'minio', binary }, preparation, () => {});

  expect(readFileSync(path, 'utf8')).toBe('a program');
  serve('something else');
  expect(await prepareStoreProgram({ kind: 'minio', binary }, preparation, () => {})).toBe(path);
});

test('a program from a URL that is another one is thrown away', async () => {
  serve('something else');
  const binary = { location: 'https://example.org/minio', sha256: sha256('a program') };
  const preparation = place();

  await expect(prepareStoreProgram({ kind: 'minio', binary }, preparation, () => {})).rejects.toMatchObject({
    exitCode: 4,
    why: expect.stringContaining(sha256('something else')),
  });
  expect(readdirSync(preparation.cache)).toEqual([]);
});

test('a URL that leads to one without TLS is refused', async () => {
  serve('a program', 'http://example.org/minio');
  const binary = { location: 'https://example.org/minio', sha256: sha256('a program') };
  await expect(prepareStoreProgram({ kind: 'minio', binary }, place(), () => {})).rejects.toMatchObject({
    exitCode: 3,
  });
});
