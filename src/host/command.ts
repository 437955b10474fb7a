// Commands as data. A builder says what to run; only remote/ runs it.

import type { Secret } from '../model/secret.ts';

interface Invocation {
  readonly argv: readonly string[];
  /** The account it runs as; root unless told otherwise. */
  readonly asUser?: string;
  /** Given to the command's standard input: the only way for a secret to reach a host. */
  readonly stdin?: string | Secret;
  /** Milliseconds after which the command counts as failed; the host's own default without it. */
  readonly timeoutMs?: number;
}

/** Reads a host and knows how to understand the answer. Never changes anything. */
export interface Query<Answer> extends Invocation {
  readonly kind: 'query';
  readonly parse: (stdout: string) => Answer;
}

/** Changes a host. */
export interface Action extends Invocation {
  readonly kind: 'action';
}

type Options = Omit<Invocation, 'argv'>;

export const query = <Answer>(
  argv: readonly string[],
  parse: (stdout: string) => Answer,
  options: Options = {},
): Query<Answer> => ({ kind: 'query', argv, parse, ...options });

export const action = (argv: readonly string[], options: Options = {}): Action => ({
  kind: 'action',
  argv,
  ...options,
});
