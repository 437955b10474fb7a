import type { Step } from '../../engine/step.ts';
import type { Instance } from '../../model/instance.ts';
import { soon } from '../../system/evidence.ts';
import { controlOf } from './control-of.ts';

/** Put into a step, `...serverLogTail(instance)`, the end of PostgreSQL's log comes below the step's errors. */
export const serverLogTail = (instance: Instance): Required<Pick<Step, 'evidence'>> => ({
  evidence: (host) => host.ask(soon(controlOf(instance).log(15))),
});
