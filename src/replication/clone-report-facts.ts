// How far a clone is, asked now and then while it runs.

import type { CloneBackup } from './clone-method.ts';
import { describeBytes } from '../model/byte-progress.ts';
import type { Node } from '../model/cluster.ts';
import type { Instance } from '../model/instance.ts';
import type { Report } from '../engine/step.ts';
import { noAnswer } from '../host/no-answer.ts';
import type { ReadableHost } from '../host/host.ts';
import { copiedBytes } from './clone-query.ts';
import type { Socket } from '../postgres/psql.ts';
import { cloneProgress } from '../postgres/replication.ts';

/** Calls `look` when it is due; it is given the seconds since the beginning. */
function nowAndThen(pauseMs: number, look: (elapsedSeconds: number) => Promise<void>): () => Promise<void> {
  const startedAt = Date.now();
  let askedAt = 0;
  return async () => {
    if (Date.now() - askedAt < pauseMs) return;
    askedAt = Date.now();
    await look((askedAt - startedAt) / 1000);
  };
}

/** Asks the primary twice a second at most how far the clone is. */
export function reportStream(
  primary: ReadableHost,
  socket: Socket,
  node: Node,
  report: Report,
): () => Promise<void> {
  let copied = false;
  return nowAndThen(500, async (elapsedSeconds) => {
    // A primary that does not answer is no end of the clone, which says itself why it failed.
    const state = await primary.ask(cloneProgress(socket, node.name)).catch(noAnswer);
    copied ||= Boolean(state);
    const otherwise = copied ? 'verifying every file' : 'the clone is running';
    report(state ? describeClone(state, elapsedSeconds) : otherwise);
  });
}

/** Looks at what the restore has written. Its own progress is told only by pgBackRest 2.56 and later. */
export const reportRestore = (
  host: ReadableHost,
  instance: Instance,
  { databaseBytes }: CloneBackup,
  report: Report,
): (() => Promise<void>) =>
  nowAndThen(1000, async (elapsedSeconds) => {
    const doneBytes = await host.ask(copiedBytes(instance)).catch(noAnswer);
    report(
      doneBytes
        ? `restoring ${describeBytes({ doneBytes, totalBytes: databaseBytes, elapsedSeconds })}`
        : 'the restore is running',
    );
  });

/** How far a clone is, as the primary reports it. */
export interface CloneState {
  /** PostgreSQL's name of the phase (pg_stat_progress_basebackup.phase). */
  readonly phase: string;
  readonly streamedBytes: number;
  readonly totalBytes: number | null;
}

/** "copying 1.2 GB of 4.0 GB (30 %), 45 MB/s, 0:45 left"; before the first byte, and after the last, the phase. */
export function describeClone(
  { phase, streamedBytes, totalBytes }: CloneState,
  elapsedSeconds: number,
): string {
  if (phase !== 'streaming database files' || !totalBytes) return phase;
  return `copying ${describeBytes({ doneBytes: streamedBytes, totalBytes, elapsedSeconds })}`;
}
