import { hostProblems, type Expectation } from './host-check.ts';
import { check, type Step } from '../engine/step.ts';
import { RefusedError } from '../model/errors.ts';
import { hostFacts } from './host-facts-query.ts';

/** Refuses a host on which going on would break something. Changes nothing, ever. */
export const checkHost = (wanted: Expectation): Step =>
  check('Check the host', async (host) => {
    const problems = hostProblems(await host.ask(hostFacts(wanted.instance)), wanted);
    if (problems.length === 0) return;
    throw new RefusedError({
      what: `${host.name} cannot be used`,
      why: problems.map(({ what }) => what).join('\n'),
      next: problems.map(({ next }) => next),
    });
  });
