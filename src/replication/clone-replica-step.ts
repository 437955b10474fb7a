import type { CloneMethod } from './clone-method.ts';
import type { LedCluster, Node } from '../model/cluster.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { slotNameOf } from '../model/slot.ts';
import { change, type Step } from '../engine/step.ts';
import { CommandError, RefusedError } from '../model/errors.ts';
import type { Host } from '../host/host.ts';
import { followLongWork, longWorkState } from '../host/long-work.ts';
import { replicaData } from './clone-query.ts';
import type { Action } from '../host/command.ts';
import { makeParent } from '../postgres/instance.ts';
import { dropSlot } from '../postgres/replication.ts';
import { forgetUnit } from '../host/systemd.ts';
import { reportRestore, reportStream } from './clone-report-facts.ts';
import { cloneUnitName, restoreUnit, streamUnit } from './clone-unit-step.ts';
import type { CloneSource } from '../server/source-facts.ts';

/**
 * Makes a replica's data, from the primary or from a backup, as a unit that goes on without dbctl; a unit that is there
 * is followed, whatever it makes the data from. Data that is marked as being restored is put right in place.
 */
export function cloneReplica(
  cluster: LedCluster,
  node: Node,
  source: CloneSource,
  method?: CloneMethod,
): Step {
  const instance = instanceOf(cluster, node);
  const socket = instanceOf(cluster, cluster.primary);
  const name = cloneUnitName(cluster, node);
  return {
    title: 'Clone the primary',

    async diff(host) {
      const [data, state] = await Promise.all([host.ask(replicaData(instance)), longWorkState(host, name)]);
      if (data !== 'whole') return [change('clone.make', describeWork(cluster, instance, data, method))];
      return state.kind === 'absent' ? [] : [change('clone.finish', `finish the clone that ran before`)];
    },

    async apply(host, report) {
      await prepare(host, instance, name);
      const isRestored = method?.from === 'backup';
      if (!isRestored && (await host.ask(replicaData(instance))) === 'restoring')
        throw noBackup(instance, node);
      const follow = isRestored
        ? reportRestore(host, instance, method.backup, report)
        : reportStream(source.host, socket, node, report);
      try {
        const unit = isRestored
          ? restoreUnit(cluster, node, method.backup)
          : streamUnit(cluster, node, source);
        await followLongWork(host, unit, follow);
      } catch (error) {
        // Only a clone that has failed is over: one that was left (a lost connection, Ctrl-C) goes on with its slot.
        if (!(error instanceof CommandError)) throw error;
        await dropSlotAfter(error, source.host, dropSlot(socket, slotNameOf(node)));
        throw error;
      }
    },
  };
}

function describeWork(
  { primary }: LedCluster,
  { dataDirectory }: Instance,
  data: 'absent' | 'restoring',
  method: CloneMethod | undefined,
): string {
  const why = method ? `: ${method.why}` : '';
  if (method?.from !== 'backup') return `clone ${primary.name} into ${dataDirectory}${why}`;
  const verb = data === 'restoring' ? 'repair' : 'restore';
  return `${verb} ${dataDirectory} from backup ${method.backup.label}${why}`;
}

/** The clone's own failure comes first: a primary that is down fails both, and a slot of no use is found by probe. */
async function dropSlotAfter(cloneError: CommandError, primary: Host, drop: Action): Promise<void> {
  try {
    await primary.run(drop);
  } catch (error) {
    throw new AggregateError([cloneError, error], cloneError.message, { cause: error });
  }
}

/**
 * The clone runs as postgres, which may not make directories everywhere. A unit that succeeded before its data
 * directory was taken away, or marked, says nothing about the clone that is needed now.
 */
async function prepare(host: Host, instance: Instance, unit: string): Promise<void> {
  const [data, { kind }] = await Promise.all([host.ask(replicaData(instance)), longWorkState(host, unit)]);
  if (data === 'whole') return;
  await host.run(makeParent(instance));
  if (kind === 'succeeded') await host.run(forgetUnit(unit));
}

const noBackup = ({ dataDirectory }: Instance, { name }: Node): RefusedError =>
  new RefusedError({
    what: `the data of ${name} was being restored, and there is no backup to continue with`,
    why: `${dataDirectory}.dbctl-restoring marks it.`,
    next: [`clone it from the primary: dbctl reinit ${name} --from primary`],
  });
