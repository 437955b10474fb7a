// Who is about to take over from whom: the control host remembers it from before the primary is stopped until everybody
// follows the new one, so that a run that was cut off is finished by the next.

import * as v from 'valibot';
import { change, ensure, type Step } from '../engine/step.ts';
import { action } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { parseJson } from '../model/answers.ts';
import type { Cluster } from '../model/cluster.ts';
import { ownFile } from '../system/own-file.ts';

const Note = v.object({
  from: v.string(),
  to: v.string(),
  /** Whether the primary was given up, and is not to be started. */
  isDead: v.optional(v.boolean()),
});
export type Note = v.InferOutput<typeof Note>;

const pathOf = ({ name }: Cluster): string => `/etc/dbctl/${name}/switchover`;

/** Undefined when no switchover was left in the middle. */
export async function unfinishedSwitchover(
  cluster: Cluster,
  control: ReadableHost,
): Promise<Note | undefined> {
  const found = await control.readFile(pathOf(cluster));
  return found && v.parse(Note, parseJson(found.content));
}

/** For the control host. */
export const noteSwitchover = (cluster: Cluster, note: Note): Step =>
  ownFile('Remember who takes over', {
    path: pathOf(cluster),
    content: `${JSON.stringify(note)}\n`,
  });

/** For the control host, when all is done. */
export function forgetSwitchover(cluster: Cluster): Step {
  const path = pathOf(cluster);
  return ensure('Forget the switchover', change('file.remove', `remove ${path}`, path), {
    isRight: async (control) => (await control.readFile(path)) === undefined,
    apply: (control) => control.run(action(['rm', '-f', '--', path])),
  });
}
