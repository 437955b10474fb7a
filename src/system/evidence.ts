// What a host says about a failure: put into a step, `...unitJournalTail(unit)`, it comes below the step's errors.

import type { Step } from '../engine/step.ts';
import { query, type Query } from '../host/command.ts';

type Evidence = Required<Pick<Step, 'evidence'>>;

/** The last lines of the journal of a unit of ours. */
export const unitJournalTail = (unit: string): Evidence => ({
  async evidence(host) {
    const journal = await host.ask(soon(serviceJournal(unit)));
    return journal && `journal of ${unit}:\n${journal}`;
  },
});

/** A host that hangs must not hold up the news that something failed there. */
export const soon = <Answer>(asked: Query<Answer>): Query<Answer> => ({
  ...asked,
  batch: undefined,
  timeoutMs: 15_000,
});

/** The last lines of a unit's journal. */
export const serviceJournal = (unit: string, lines = 15): Query<string> =>
  query(['journalctl', '-q', '--no-pager', '-o', 'cat', '-n', String(lines), '-u', unit], (stdout) =>
    stdout.trimEnd(),
  );
