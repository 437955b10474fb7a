// What a host can be asked and told. Steps see only this; how it is done is ssh-host.ts or local-host.ts.

import type { UnreachableError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import type { Action, Query } from './command.ts';

export interface FileAttributes {
  /** Owner and group by name: "postgres:postgres". */
  readonly owner: string;
  /** Permission bits: 0o640. */
  readonly mode: number;
}

/** A file as it is on a host. */
export interface RemoteFile extends FileAttributes {
  readonly content: string;
}

/** A file that arrived whole. */
export interface SentFile {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What a step may do while it only looks. */
export interface ReadableHost {
  /** The name in .env.cluster: "pg1". */
  readonly name: string;
  /** Why it was not reached, for a host that may be down: everything asked of it fails with this. */
  readonly unreachable?: UnreachableError;
  /** Runs a query and parses its answer. Throws CommandError when it ends with another code than 0. */
  ask<Answer>(query: Query<Answer>): Promise<Answer>;
  /** Reads a file as root; undefined when there is none. Throws CommandError for a directory or device. */
  readFile(path: string): Promise<RemoteFile | undefined>;
}

/** What a step may do once the plan is accepted. */
export interface Host extends ReadableHost {
  /** Runs an action. Throws CommandError when it ends with another code than 0. */
  run(action: Action): Promise<void>;
  /**
   * Replaces a file as a whole, as root: written beside it with its final owner and mode, synced, then renamed, so
   * that a reader sees the old content or the new one. Missing parent directories are made (root, 0755).
   */
  writeFile(path: string, content: string | Secret, attributes: FileAttributes): Promise<void>;
  /**
   * Sends a file of this machine, of any size and with any mode, into a directory that only root may write. It is
   * checked there (size, SHA-256) beside its place, then renamed. `onBytes` is told how much has left, in all. Answers
   * what was sent.
   */
  sendFile(
    localPath: string,
    path: string,
    attributes: FileAttributes,
    onBytes?: (bytes: number) => void,
  ): Promise<SentFile>;
}
