import { chooseCompression } from '../cluster/clone-compression.ts';
import { describeClone } from '../cluster/clone-progress.ts';
import type { Cluster, Node } from '../cluster/cluster.ts';
import { instanceOf, type Instance } from '../cluster/instance.ts';
import { slotNameOf } from '../cluster/slot.ts';
import type { Report, Step } from '../engine/step.ts';
import { CommandError } from '../errors.ts';
import type { Host } from '../remote/host.ts';
import { render } from '../render.ts';
import { followLongWork, longWorkState } from '../remote/long-work.ts';
import type { Action } from '../shell/command.ts';
import { hasDataDirectory, makeParent } from '../shell/instance.ts';
import { conninfo } from '../shell/libpq.ts';
import type { Socket } from '../shell/psql.ts';
import { cloneProgress, dropSlot } from '../shell/replication.ts';
import { forgetUnit, type TransientUnit } from '../shell/systemd.ts';
import { primaryConnection } from './follow-primary.ts';

export interface CloneSource {
  readonly host: Host;
  readonly databaseBytes: number;
  readonly cores: number;
}

/** Clones the primary into an empty place, as a unit that goes on without dbctl; a unit that is there is followed. */
export function cloneReplica(cluster: Cluster, node: Node, source: CloneSource): Step {
  const instance = instanceOf(cluster, node);
  const socket = instanceOf(cluster, cluster.primary);
  const unit = cloneUnit(cluster, node, source);
  return {
    title: 'Clone the primary',

    async diff(host) {
      const [exists, state] = await Promise.all([
        host.ask(hasDataDirectory(instance)),
        longWorkState(host, unit.name),
      ]);
      if (!exists) return [`clone ${cluster.primary.name} into ${instance.dataDirectory}`];
      return state.kind === 'absent' ? [] : [`finish the clone that ran before`];
    },

    async apply(host, report) {
      await prepare(host, instance, unit.name);
      try {
        await followLongWork(host, unit, reportClone(source.host, socket, node, report));
      } catch (error) {
        // Only a clone that has failed is over: one that was left (a lost connection, Ctrl-C) goes on with its slot.
        if (!(error instanceof CommandError)) throw error;
        await dropSlotAfter(error, source.host, dropSlot(socket, slotNameOf(node)));
        throw error;
      }
    },
  };
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
 * directory was taken away says nothing about the clone that is needed now.
 */
async function prepare(host: Host, instance: Instance, unit: string): Promise<void> {
  const [exists, { kind }] = await Promise.all([
    host.ask(hasDataDirectory(instance)),
    longWorkState(host, unit),
  ]);
  if (exists) return;
  await host.run(makeParent(instance));
  if (kind === 'succeeded') await host.run(forgetUnit(unit));
}

function cloneUnit(cluster: Cluster, node: Node, source: CloneSource): TransientUnit {
  const { binDirectory, dataDirectory } = instanceOf(cluster, node);
  return {
    name: `dbctl-clone-${cluster.name}-${node.name}`,
    description: `Clone of ${cluster.primary.name} for ${node.name}`,
    asUser: 'postgres',
    argv: [
      'sh',
      '-c',
      render('run/clone-replica.sh', {}),
      'dbctl-clone',
      binDirectory,
      dataDirectory,
      conninfo(primaryConnection(cluster, node)),
      slotNameOf(node),
      chooseCompression(source),
    ],
  };
}

/** A primary that does not answer is no end of the clone, which says itself why it failed. */
function noAnswer(error: unknown): null {
  if (error instanceof CommandError) return null;
  throw error;
}

/** Asks the primary twice a second at most how far the clone is. */
function reportClone(primary: Host, socket: Socket, node: Node, report: Report): () => Promise<void> {
  const startedAt = Date.now();
  let askedAt = 0;
  let copied = false;
  return async () => {
    if (Date.now() - askedAt < 500) return;
    askedAt = Date.now();
    const state = await primary.ask(cloneProgress(socket, node.name)).catch(noAnswer);
    copied ||= state !== null;
    const otherwise = copied ? 'verifying every file' : 'the clone is running';
    report(state ? describeClone(state, (Date.now() - startedAt) / 1000) : otherwise);
  };
}
