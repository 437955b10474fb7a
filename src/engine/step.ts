import type { Host, ReadableHost } from '../remote/host.ts';

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
  diff(host: ReadableHost): Promise<readonly Change[]>;
  apply(host: Host, report: Report): Promise<void>;
}
