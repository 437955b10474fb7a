// One run of a command that changes a cluster, as the lock and the journal know it.

import * as v from 'valibot';
import { formatSeconds } from '../model/units.ts';

/** What a run says about itself. Nothing in it is secret. */
export const Operation = v.object({
  /** Sorts by the time it began on the operator's machine: "20261121T141500Z-1a2b3c". */
  id: v.string(),
  /** What is done: "add-replica pg2". */
  title: v.string(),
  /** What was typed: "dbctl add-replica pg2 --restart". */
  command: v.string(),
  /** Who runs it: "alice@laptop". */
  by: v.string(),
  /** The process id of dbctl on the operator's machine. */
  pid: v.number(),
  /** Of dbctl. */
  version: v.string(),
});
export type Operation = v.InferOutput<typeof Operation>;

/** An operation that has the cluster's lock, as the control host knows it. */
export interface Holder extends Operation {
  /** Seconds that it has had the lock, by the control host's clock. */
  readonly seconds: number;
  /** The address that it logged in from; "local" on the control host itself. */
  readonly from: string;
  /** What it does now: "Clone the primary on pg2"; undefined before its first change. */
  readonly step: string | undefined;
}

/** How an operation ended. "interrupted" also stands for one that nobody saw end. */
export const OperationResult = v.picklist([
  'done',
  'refused',
  'failed',
  'interrupted',
  'lock lost',
  'released',
]);
export type OperationResult = v.InferOutput<typeof OperationResult>;

/** How a step ended. "unverified": applied, but its effect was not seen. */
export const StepResult = v.picklist(['ok', 'failed', 'unverified', 'interrupted', 'lock lost']);
export type StepResult = v.InferOutput<typeof StepResult>;

/** What is known of an operation that ended without being done, for the one that comes after it. */
export interface UnfinishedOperation extends Pick<Operation, 'title' | 'by'> {
  readonly result: 'interrupted' | 'lock lost' | 'released';
  readonly step: string | undefined;
}

/** The journal of a cluster on one of its hosts. Root's own: an account that may write beside it could redirect it. */
export const journalDirectory = '/var/lib/dbctl-journal';

/** Where the lock is: gone after a reboot, as its holder is. */
export const lockDirectory = '/run/dbctl';

/** A new id. `random` is from 0 to 1. */
export function operationId(now: Date, random: number): string {
  const time = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return `${time}-${Math.floor(random * 0x100_0000)
    .toString(16)
    .padStart(6, '0')}`;
}

/** "alice@laptop: add-replica pg2, for 2 min" */
export const describeHolder = (holder: Holder | 'unknown'): string =>
  holder === 'unknown'
    ? 'another operation, which has just begun'
    : `${holder.by}: ${holder.title}, for ${formatSeconds(Math.round(holder.seconds))}`;

/** Everything about who has the lock. */
export function holderRows(holder: Holder): readonly (readonly [name: string, value: string])[] {
  const { by, from, title, command, step, seconds, pid, version } = holder;
  return [
    ['who', by],
    ['from', from],
    ['operation', title],
    ['command', command],
    ['doing', step ?? ''],
    ['since', `${formatSeconds(Math.round(seconds))} ago`],
    ['process', `${pid} on ${by.split('@').at(-1)}, dbctl ${version}`],
  ];
}
