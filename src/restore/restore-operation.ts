// The past of a cluster, beside it or in its place.

import { besideOf } from './beside.ts';
import { withHosts } from '../host/with-hosts.ts';
import type { Backup } from '../model/backup.ts';
import type { LedCluster, Machine } from '../model/cluster.ts';
import { ConfigError, isHostFailure, RefusedError, UnreachableError } from '../model/errors.ts';
import { tellNotes } from '../kit/see-leader.ts';
import { instanceOf } from '../model/instance.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { readRecord } from './place-restored-step.ts';
import { closeToNewcomer, isRestored, restoreBesidePlan, undoBesidePlan } from './restore-beside-plan.ts';
import { readRestoreFacts } from './restore-facts.ts';
import { restoreInPlace } from './restore-in-place-operation.ts';
import type { RestoreAnswer, RestoreSource } from './restore-request.ts';
import { chooseStart, requestOf, warnings, type RestoreFlags } from './restore.ts';

interface RestoreAsked {
  readonly cluster: LedCluster;
  readonly backup: Backup;
  readonly flags: RestoreFlags & {
    readonly to: string | undefined;
    readonly inPlace: boolean;
    readonly lostDisk: boolean;
  };
}

/** Throws ConfigError for flags that do not say where to, or contradict each other. */
export async function restore(
  { cluster, backup, flags }: RestoreAsked,
  access: ChangeAccess,
): Promise<RestoreAnswer> {
  if ((flags.to === undefined) === !flags.inPlace) throw oneOfTwo();
  const asked = { cluster, backup, request: requestOf(flags) };
  return flags.to === undefined
    ? restoreInPlace(asked, flags, access)
    : restoreBeside(asked, flags.to, access);
}

/** Into a new server; the cluster goes on, and need not even run. */
async function restoreBeside(
  { cluster: own, backup, request }: RestoreSource,
  to: string,
  access: ChangeAccess,
): Promise<RestoreAnswer> {
  const { cluster, node } = besideOf(own, to);
  const hasPrimary = await isReachable(cluster, cluster.primary, access);
  const machines = [cluster.control, node, ...(hasPrimary ? [cluster.primary] : [])];
  return access.changeHosts(own, machines, async ({ hosts, carryOut }) => {
    const control = hosts.get(cluster.control.name);
    const place = hosts.get(node.name);
    const primary = hasPrimary ? hosts.get(cluster.primary.name) : undefined;
    const how = { inPlace: false, login: access.login };
    const facts = await readRestoreFacts(own, backup, { control, primary }, request, how);
    const start = chooseStart(request, facts, backup.stanza);
    await tellNotes(warnings(start, facts));
    const task = { cluster, backup, node, request, start, facts };
    const isDone = await isRestored(task, place);
    const { dryRun } = access;
    const plan = restoreBesidePlan(task, { control, place, primary }, { isDone, dryRun, own });
    const close = closeToNewcomer(task, own, control);
    const result = await carryOut(plan).catch(async (error: unknown) => {
      if (error instanceof RefusedError) await carryOut([...undoBesidePlan(task, place), ...close]);
      // What failed first is what is told.
      if (isHostFailure(error)) await carryOut(close).catch(() => {});
      throw error;
    });
    const record = access.dryRun ? undefined : await readRecord(place, instanceOf(cluster, node));
    return { where: 'beside', cluster, node, result, record };
  });
}

/** Whether a machine can be logged in to; every other problem with it is thrown. */
async function isReachable({ ssh }: LedCluster, machine: Machine, { login }: ChangeAccess): Promise<boolean> {
  try {
    return await withHosts([machine], { ...login, ssh }, async () => true);
  } catch (error) {
    if (error instanceof UnreachableError) return false;
    throw error;
  }
}

const oneOfTwo = (): ConfigError =>
  new ConfigError({
    what: 'a restore needs either --to or --in-place',
    next: [
      'into a separate server, to read and copy rows: dbctl backup restore … --to pg1:5499',
      'to set the whole cluster back in time: dbctl backup restore … --in-place',
    ],
  });
