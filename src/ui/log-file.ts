// One file for each run, in a directory for each cluster, on the machine that dbctl runs on.

import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface LogFile {
  readonly path: string;
  /** Written a moment later, together with what follows. Throws what the file system said last: a full disk. */
  append(text: string): void;
  /** Writes all that was appended. Throws what the file system says. */
  flush(): void;
  close(): void;
}

/** Milliseconds for which lines are gathered: a call for each of hundreds would cost a quick run a tenth of its time. */
const gatheringMs = 100;

/** How many runs of a cluster are kept. */
const keptRuns = 50;

/** Makes the file of a run that begins now, and throws away the oldest ones. Throws what the file system says. */
export function openLogFile(base: string, cluster: string, command: string, now = new Date()): LogFile {
  const directory = join(base, cluster);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${stamp(now)}-${command.replaceAll(/[^a-z0-9]+/g, '-')}.log`);
  const descriptor = create(path);
  throwAwayOldest(directory);
  return {
    path,
    ...gathering(
      (text) => writeSync(descriptor, text),
      () => closeSync(descriptor),
    ),
  };
}

function gathering(write: (text: string) => void, close: () => void): Omit<LogFile, 'path'> {
  let gathered = '';
  let timer: NodeJS.Timeout | undefined;
  let failure: unknown;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const text = gathered;
    gathered = '';
    if (text !== '') write(text);
  };
  const flushLater = (): void => {
    try {
      flush();
    } catch (error) {
      failure = error;
    }
  };
  return {
    append(text) {
      if (failure !== undefined) throw failure;
      gathered += text;
      timer ??= setTimeout(flushLater, gatheringMs).unref();
    },
    flush,
    close() {
      flushLater();
      close();
    },
  };
}

/** "20261121T141500.123Z": names in order of time. */
const stamp = (now: Date): string => now.toISOString().replaceAll(/[-:]/g, '');

/** Two runs may begin within the same millisecond; each has a file of its own. */
function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return openSync(path.replace(/\.log$/, `-${process.pid}.log`), 'wx', 0o600);
  }
}

function throwAwayOldest(directory: string): void {
  const logs = readdirSync(directory).filter((name) => /^\d{8}T\d{6}\.\d{3}Z-.*\.log$/.test(name));
  for (const name of logs.toSorted().slice(0, -keptRuns)) rmSync(join(directory, name), { force: true });
}
