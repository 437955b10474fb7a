// Commands as data. A builder says what to run; only a host runs it.

import type { Secret } from '../model/secret.ts';

interface Invocation {
  readonly argv: readonly string[];
  /** The account it runs as; root unless told otherwise. */
  readonly asUser?: string;
  /** Given to the command's standard input: the only way for a secret to reach a host. */
  readonly stdin?: string | Secret;
  /** Milliseconds after which the command counts as failed; the host's own default without it. */
  readonly timeoutMs?: number;
  readonly meaning?: Meaning | undefined;
}

/** A script of ours, for people: what could not be done when it fails, and what root would type instead. */
export interface Meaning {
  readonly doing: string;
  readonly typed: readonly string[];
}

/** With what a query may share a round trip: other commands in one shell, SQL in one session, files read by one process. */
export type Batch = 'shell' | 'sql' | { readonly file: string };

/** Reads a host and knows how to understand the answer. Never changes anything. */
export interface Query<Answer> extends Invocation {
  readonly kind: 'query';
  readonly parse: (stdout: string) => Answer;
  /** undefined: it travels alone, because it may take long or its input is its own. */
  readonly batch?: Batch | undefined;
  /** Somebody waits for another answer: one from before is of no use. */
  readonly isRepeated?: boolean;
}

/** Changes a host. */
export interface Action extends Invocation {
  readonly kind: 'action';
}

type Options = Omit<Invocation, 'argv'>;

/** A quick question without an input, which may travel with others. */
export const query = <Answer>(
  argv: readonly string[],
  parse: (stdout: string) => Answer,
  options: Pick<Options, 'asUser'> = {},
): Query<Answer> => ({ ...loneQuery(argv, parse, options), batch: 'shell' });

/** A question that may take long, or that reads an input. */
export const loneQuery = <Answer>(
  argv: readonly string[],
  parse: (stdout: string) => Answer,
  options: Options,
): Query<Answer> => ({ kind: 'query', argv, parse, ...options });

export const action = (argv: readonly string[], options: Options = {}): Action => ({
  kind: 'action',
  argv,
  ...options,
});
