import type { Host, ReadableHost } from '../host/host.ts';
import type { Change } from '../model/change.ts';

export { change, textsOf, type Change } from '../model/change.ts';

/** Tells the user how far a long step is: "copied 1.2 of 4.0 GB, 30 %, 0:45 left". */
export type Report = (note: string) => void;

/** What a plan knows of the moment at which a step will be done. */
export interface Coming {
  /** One of its `readsFiles` will be another one by then. */
  readonly filesWillChange: boolean;
}

/**
 * One idempotent piece of work on one host, in two halves.
 * `diff` sees a host it cannot change, so a dry run is safe by type, not by discipline; it must work on a bare host,
 * where what is missing is a difference and not an error.
 */
export interface Step {
  readonly title: string;
  /** The file on the host that it keeps, when that is all it does. */
  readonly writesFile?: string;
  /** The files that it makes somebody read: it may have something to do when one of them is going to change. */
  readonly readsFiles?: readonly string[];
  /** Whether connections are closed while it is done. */
  readonly disrupts?: boolean;
  diff(host: ReadableHost, coming?: Coming): Promise<readonly Change[]>;
  /** Answers what else came of it that people should read, if anything. */
  apply(host: Host, report: Report): Promise<readonly Change[] | void>;
  /** What is left to do when it was applied; without it, `diff` is asked again. */
  verify?(host: ReadableHost): Promise<readonly Change[]>;
  /** What the host itself says about it (the end of a journal, of a log): asked when the step failed, for its error. */
  evidence?(host: ReadableHost): Promise<string>;
  /** The changes line by line, "-" and "+" first, for who reads a plan. Never a secret. */
  detail?(host: ReadableHost): Promise<readonly string[]>;
}

interface Ensured extends Pick<Step, 'apply' | 'evidence'> {
  readonly isRight: (host: ReadableHost) => Promise<boolean>;
}

/** A step that makes one thing so, unless it is right already. */
export const ensure = (title: string, what: Change, { isRight, ...how }: Ensured): Step => ({
  title,
  ...how,
  diff: async (host) => ((await isRight(host)) ? [] : [what]),
});

/** A step that changes nothing: it throws when something is not as it must be. */
export const check = (
  title: string,
  assert: (host: ReadableHost) => Promise<void>,
  more: Pick<Step, 'evidence'> = {},
): Step => ({
  title,
  ...more,
  async diff(host) {
    await assert(host);
    return [];
  },
  apply: () => Promise.resolve(),
});

type Work<Answer> = (host: Host, report: Report) => Promise<Answer>;

/** A step that does something each time it is asked for, whatever there is: when its work ends well, it is done. */
export const act = (title: string, what: Change, work: Work<void>): Step => ({
  title,
  diff: () => Promise.resolve([what]),
  apply: work,
  verify: () => Promise.resolve([]),
});

/** Work that answers something. */
export interface Job<Answer> {
  readonly step: Step;
  /** What it answered; to be asked when its plan was carried out. */
  readonly answer: () => Answer;
}

export function job<Answer>(title: string, what: Change, work: Work<Answer>): Job<Answer> {
  let ended: { readonly answer: Answer } | undefined;
  const step = act(title, what, async (host, report) => {
    ended = { answer: await work(host, report) };
  });
  return {
    step,
    answer() {
      if (ended === undefined) throw new Error(`"${title}" was not carried out`);
      return ended.answer;
    },
  };
}
