// What a host says about a failure: put into a step, `...serverSays(instance)`, it comes below the step's errors.

import type { Instance } from '../model/instance.ts';
import type { Step } from '../engine/step.ts';
import type { Query } from '../host/command.ts';
import { lastLogLines } from '../postgres/instance.ts';
import { serviceJournal } from './service.ts';

type Evidence = Required<Pick<Step, 'evidence'>>;

/** The last lines of PostgreSQL's log, and of its unit's journal. */
export const serverSays = (instance: Instance): Evidence => ({
  evidence: (host) => host.ask(soon(lastLogLines(instance))),
});

/** The last lines of the journal of a unit of ours. */
export const unitSays = (unit: string): Evidence => ({
  async evidence(host) {
    const journal = await host.ask(soon(serviceJournal(unit)));
    return journal && `journal of ${unit}:\n${journal}`;
  },
});

/** A host that hangs must not hold up the news that something failed there. */
const soon = <Answer>(query: Query<Answer>): Query<Answer> => ({
  ...query,
  batch: undefined,
  timeoutMs: 15_000,
});
