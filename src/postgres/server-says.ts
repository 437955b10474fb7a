// What a server says about a failure: put into a step, `...serverSays(instance)`, it comes below the step's errors.

import type { Instance } from '../model/instance.ts';
import { soon, type Evidence } from '../system/evidence.ts';
import { lastLogLines } from './instance.ts';

/** The last lines of PostgreSQL's log, and of its unit's journal. */
export const serverSays = (instance: Instance): Evidence => ({
  evidence: (host) => host.ask(soon(lastLogLines(instance))),
});
