import type { Node } from '../model/cluster.ts';
import type { Instance } from '../model/instance.ts';
import { waitUntil } from '../engine/wait-until.ts';
import { change, type Step } from '../engine/step.ts';
import { dataTimeline, discardData } from './restore-query.ts';
import { noteDiscarded } from '../server/data-note-step.ts';
import { exists } from '../system/paths.ts';
import { serverLogTail } from '../postgres/control/server-log.ts';
import { readControl } from '../postgres/control/control-of.ts';

export interface NewTimeline {
  /** The replica. */
  readonly node: Pick<Node, 'host'>;
  /** The timeline of the restored primary; undefined while there is none yet (in a dry run). */
  readonly timeline: number | undefined;
  /** Where old data goes when it is kept, and why: there is no other copy then. Undefined: it is removed. */
  readonly keep: { readonly path: string; readonly why: string } | undefined;
}

/** Takes away a replica's data that is of an older timeline than the primary's: it can never follow it again. */
export function discardOldData(instance: Instance, { node, timeline, keep }: NewTimeline): Step {
  const to = keep?.path ?? `${instance.dataDirectory}.dbctl-old`;
  return {
    title: 'Clear the data of the old timeline',
    ...serverLogTail(instance),

    async diff(host) {
      const found = await host.ask(dataTimeline(instance));
      if (found === undefined && keep === undefined && (await host.ask(exists(to))))
        return [change('data.remove', `remove ${to}`, to)];
      if (found === undefined || (timeline !== undefined && found >= timeline)) return [];
      return [
        keep
          ? change('data.keep', `stop PostgreSQL and keep its data as ${keep.path}: ${keep.why}`, keep.path)
          : change('data.discard', 'stop PostgreSQL and remove its data'),
      ];
    },

    async apply(host, report) {
      if (timeline === undefined)
        throw new Error('no timeline to compare with: only a dry run may go without');
      report('stopping PostgreSQL');
      const { stop, state } = await readControl(host, instance);
      await host.run(stop);
      await waitUntil(async () => !(await host.ask(state)).isRunning, { deadlineMs: 10_000 });
      await noteDiscarded(host, node, instance);
      await host.run(discardData(instance, to, keep !== undefined));
    },
  };
}
