// What a host says about a failure: put into a step, `...unitJournalTail(unit)`, it comes below the step's errors.

import type { Step } from '../engine/step.ts';
import type { Query } from '../host/command.ts';
import { serviceJournal } from './service.ts';

type Evidence = Required<Pick<Step, 'evidence'>>;

/** The last lines of the journal of a unit of ours. */
export const unitJournalTail = (unit: string): Evidence => ({
  async evidence(host) {
    const journal = await host.ask(soon(serviceJournal(unit)));
    return journal && `journal of ${unit}:\n${journal}`;
  },
});

/** A host that hangs must not hold up the news that something failed there. */
export const soon = <Answer>(query: Query<Answer>): Query<Answer> => ({
  ...query,
  batch: undefined,
  timeoutMs: 15_000,
});
