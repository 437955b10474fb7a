// Files in which earlier timelines ended: a replica that is promoted later would archive them, with another rest than others.

import { change, ensure, type Step } from '../engine/step.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import type { Instance } from '../model/instance.ts';

const path = 'postgres/left-ends.sh';

/** Those on a replica that are not marked as archived; whoever was promoted there has archived what they hold. */
const leftEnds = ({ binDirectory, dataDirectory }: Instance): Query<readonly string[]> =>
  query(script(path, binDirectory, dataDirectory), (stdout) => stdout.split('\n').filter(Boolean));

const markEnds = ({ binDirectory, dataDirectory }: Instance): Action =>
  action(script(path, binDirectory, dataDirectory, 'mark'));

/** Keeps a replica from archiving them when it is promoted: the repository has them already, and archiving would stop there. */
export function markLeftEnds(instance: Instance): Step {
  const what = change('wal.mark-ends', 'mark the ends of earlier timelines as archived');
  return ensure('Mark the ends of earlier timelines', what, {
    isRight: async (host) => (await host.ask(leftEnds(instance))).length === 0,
    apply: (host) => host.run(markEnds(instance)),
  });
}
