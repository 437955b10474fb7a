// Builds a Go program for another machine, with the Go toolchain of this one.

import { availableParallelism, freemem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa, ExecaError } from 'execa';
import type { StoreRepository } from '../model/backup.ts';
import { CommandError, RefusedError } from '../model/errors.ts';

type Report = (note: string) => void;

export interface GoProgram {
  readonly name: StoreRepository['kind'];
  /** The package of its main function. */
  readonly package: string;
  readonly version: string;
}

export interface GoBuild {
  /** Go's own word for it: "amd64". */
  readonly architecture: string;
  readonly directory: string;
  readonly output: string;
  /** PATH to find Go in. */
  readonly searchPath: string;
}

const keptLines = 15;
const reportEveryMs = 1000;

/**
 * Builds into `output`, with the module files in `directory` (empty, thrown away by the caller). Which proxy and which
 * flags Go uses is this machine's own affair. `report` may throw: the build is ended then.
 */
export async function buildGoProgram(
  program: GoProgram,
  { architecture, directory, output, searchPath }: GoBuild,
  report: Report,
): Promise<void> {
  const go = goIn({ architecture, directory, searchPath }, program.name, report);
  await go('preparing', ['mod', 'init', 'dbctl.invalid/build']);
  await go('downloading', ['get', `${program.package}@${program.version}`]);
  await go('compiling', ['build', '-trimpath', '-ldflags', '-s -w', '-o', output, program.package]);
}

const goIn =
  ({ architecture, directory, searchPath }: Omit<GoBuild, 'output'>, name: string, report: Report) =>
  async (doing: string, words: readonly string[]): Promise<void> => {
    const child = execa('go', words, {
      cwd: directory,
      env: {
        ...memoryForSpeed(freemem(), availableParallelism()),
        ...{ PATH: searchPath, CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture, GOWORK: 'off' },
      },
      stdin: 'ignore',
      all: true,
    });
    try {
      await whileReporting(child, (elapsed) => report(`${name}: ${doing}, ${elapsed}`));
    } catch (cause) {
      child.kill();
      await child.catch(() => {});
      if (cause instanceof ExecaError) throw goFailed(name, words, cause);
      throw cause;
    }
  };

/**
 * Go's compiler spends a sixth of its time on collecting garbage that its end throws away. With `freeBytes` to spare for
 * one compiler on each of the `cores`, it collects only what is over its limit.
 */
export const memoryForSpeed = (freeBytes: number, cores: number): Readonly<Record<string, string>> =>
  freeBytes > 2 * cores * 1024 ** 3 ? { GOGC: 'off', GOMEMLIMIT: '1GiB' } : {};

/** Waits for the end and tells every second how long it took so far: "0:45". */
async function whileReporting(work: Promise<unknown>, onSecond: (elapsed: string) => void): Promise<void> {
  const startedAt = Date.now();
  const stop = new AbortController();
  const end = work.then(() => 'end' as const).finally(() => stop.abort());
  // When onSecond throws, nobody waits for it any more.
  end.catch(() => {});
  for (;;) {
    const seconds = Math.floor((Date.now() - startedAt) / 1000);
    onSecond(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
    const pause = sleep(reportEveryMs, 'pause' as const, { signal: stop.signal }).catch(() => end);
    if ((await Promise.race([end, pause])) === 'end') return;
  }
}

function goFailed(name: string, words: readonly string[], cause: ExecaError): CommandError | RefusedError {
  const instead = `or provide the program: MINIO_BINARY=/path/to/${name}`;
  if (cause.code === 'ENOENT') {
    return new RefusedError({
      what: `there is no ${name} on the control host, and none can be built here`,
      why: 'The machine dbctl runs on has no Go toolchain (the command "go").',
      next: ['install Go 1.24 or newer here (it downloads a newer toolchain if needed)', instead],
      cause,
    });
  }
  const said = typeof cause.all === 'string' ? cause.all.trim().split('\n').slice(-keptLines).join('\n') : '';
  return new CommandError({
    what: `${name} could not be built here`,
    why: `go ${words.join(' ')}\n${said}`,
    next: ['check the Go installation: go version; go env GOPROXY GOFLAGS', instead],
    cause,
  });
}
