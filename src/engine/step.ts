import type { Host, ReadableHost } from '../host/host.ts';

/** One sentence a user can read in a plan: "set max_connections to 200". */
export type Change = string;

/** Tells the user how far a long step is: "copied 1.2 of 4.0 GB, 30 %, 0:45 left". */
export type Report = (note: string) => void;

/**
 * One idempotent piece of work on one host, in two halves.
 * `diff` sees a host it cannot change, so a dry run is safe by type, not by discipline; it must work on a bare host,
 * where what is missing is a difference and not an error.
 */
export interface Step {
  readonly title: string;
  /** The file on the host that it keeps, when that is all it does. */
  readonly path?: string;
  /** Whether connections are closed while it is done. */
  readonly disrupts?: boolean;
  diff(host: ReadableHost): Promise<readonly Change[]>;
  apply(host: Host, report: Report): Promise<void>;
  /** What the host itself says about it (the end of a journal, of a log): asked when the step failed, for its error. */
  evidence?(host: ReadableHost): Promise<string>;
  /** The changes line by line, "-" and "+" first, for who reads a plan. Never a secret. */
  detail?(host: ReadableHost): Promise<readonly string[]>;
  /** What it will have to do once these files of the same host are written. */
  foresee?(host: ReadableHost, paths: readonly string[]): Promise<readonly Change[]>;
}
