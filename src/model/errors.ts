// Every failure a user can meet. Each says what happened, why, and what to do next;
// the exit code tells scripts which kind it was.

export const exitCode = {
  ok: 0,
  bug: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  failed: 5,
  unverified: 6,
  locked: 7,
  unconfirmed: 8,
  interrupted: 130,
} as const;

export interface Explanation {
  /** A lower-case fact: "pg1 cannot be reached over SSH". */
  readonly what: string;
  /** The cause: several lines are fine. */
  readonly why?: string;
  /** What the host itself said: the last lines of a journal or a log. Shown below the cause. */
  readonly evidence?: string;
  /** Commands or edits to make next, most useful first. */
  readonly next?: readonly string[];
  readonly cause?: unknown;
}

export abstract class DbctlError extends Error {
  abstract readonly exitCode: number;
  readonly why: string | undefined;
  readonly next: readonly string[];
  /** Whether `why` ends with what a host itself said. */
  readonly hasEvidence: boolean;

  constructor({ what, why, evidence, next = [], cause }: Explanation) {
    super(what, { cause });
    this.name = new.target.name;
    this.why = [why, evidence].filter(Boolean).join('\n') || undefined;
    this.hasEvidence = Boolean(evidence);
    this.next = next;
  }

  /** The same error, with the evidence below its reason. */
  with(evidence: string): DbctlError {
    const Kind = this.constructor as new (explanation: Explanation) => DbctlError;
    const why = this.why === undefined ? {} : { why: this.why };
    return new Kind({ what: this.message, ...why, evidence, next: this.next, cause: this.cause });
  }
}

/** Throws what failed, if anything did: one as it is, several together. */
export function throwAll(failures: readonly unknown[], what: string): void {
  if (failures.length > 1) throw new AggregateError(failures, what);
  if (failures.length === 1) throw failures[0];
}

const failing = (code: number) =>
  class extends DbctlError {
    readonly exitCode = code;
  };

/** The configuration or the command line is wrong. Nothing was touched. */
export class ConfigError extends failing(exitCode.usage) {}

/** A host did not answer, or refused our key. */
export class UnreachableError extends failing(exitCode.unreachable) {}

/** Going on could lose data or break something that is not ours, so we stopped before changing anything. */
export class RefusedError extends failing(exitCode.refused) {}

/** A command on a host ended badly. */
export class CommandError extends failing(exitCode.failed) {}

/** The change was made, but its effect was not seen. */
export class UnverifiedError extends failing(exitCode.unverified) {}

/** Work on a host failed: no refusal, no bug, no lost lock and no request to stop, which concern the whole command. */
export const isHostFailure = (failure: unknown): failure is DbctlError =>
  [CommandError, UnreachableError, UnverifiedError].some((kind) => failure instanceof kind);

/** Another operation has the cluster's lock. Nothing was touched. */
export class LockedError extends failing(exitCode.locked) {}

/** The lock was lost on the way: what was done is done, and nothing more was. Exits as what is not verified. */
export class LockLostError extends failing(exitCode.unverified) {}

/** Something that cannot be taken back was not confirmed. Nothing was touched. */
export class UnconfirmedError extends failing(exitCode.unconfirmed) {}

/** The user asked to stop. What was running ended, or goes on by itself on its host. */
export class InterruptedError extends failing(exitCode.interrupted) {}
