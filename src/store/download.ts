import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatBytes } from '../model/units.ts';
import { RefusedError, UnreachableError } from '../model/errors.ts';

/** Downloads into `output` and checks what came. `report` may throw: the download is ended then. */
export async function download(
  url: string,
  { sha256, output }: { readonly sha256: string; readonly output: string },
  report: (note: string) => void,
): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  const body = await open(url);
  await pipeline(
    Readable.fromWeb(body),
    async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        hash.update(piece);
        report(`downloading, ${formatBytes((bytes += piece.length))}`);
        yield piece;
      }
    },
    createWriteStream(output, { flags: 'wx', mode: 0o700 }),
  );
  const found = hash.digest('hex');
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
