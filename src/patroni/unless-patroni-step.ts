import type { Step } from '../engine/step.ts';
import type { Instance } from '../model/instance.ts';
import { exists } from '../system/paths.ts';

/** For what Patroni sees to itself on a node that it runs: whom it follows, and through which slot. */
export const unlessPatroni = ({ patroni }: Instance, step: Step): Step => ({
  ...step,
  diff: async (host, coming) => ((await host.ask(exists(patroni.config))) ? [] : step.diff(host, coming)),
});
