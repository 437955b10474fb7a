// One changing operation per cluster: its lock is taken on the control host, held, and released.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../model/cluster.ts';
import {
  describeHolder,
  holderRows,
  type Holder,
  type Operation,
  type OperationResult,
  type UnfinishedOperation,
} from './operation.ts';
import { formatSeconds } from '../model/units.ts';
import {
  DbctlError,
  exitCode,
  InterruptedError,
  LockedError,
  LockLostError,
  RefusedError,
  UnconfirmedError,
} from '../model/errors.ts';
import { type ClusterLock, takeLock } from './cluster-lock.ts';
import type { OpenSession } from '../host/line-session.ts';
import type { OperationHooks } from '../host/operation-hooks.ts';
import { recordJournal, type OperationJournal } from './keep-journal.ts';

export interface LockOptions {
  /** Milliseconds to wait for another operation. */
  readonly waitMs: number;
  /** Told what there is to know besides the work: whom it waits for, what was left unfinished. */
  readonly onNote: (note: string) => void;
}

export interface LockHooks extends OperationHooks {
  readonly journal: OperationJournal;
}

/** How often it is looked whether the lock is free by now, and how often it is said who has it; milliseconds. */
const lookEveryMs = 1000;
const sayEveryMs = 30_000;

export function lockHooks(
  cluster: Cluster,
  operation: Operation,
  { waitMs, onNote }: LockOptions,
): LockHooks {
  let lock: ClusterLock | undefined;
  const journal = recordJournal({
    cluster: cluster.name,
    operation,
    onStep: (step) => lock?.tell(step),
    onUnwritable: (host) =>
      onNote(`${host} cannot write its journal (dbctl history): the operation continues without it`),
  });

  return {
    machine: cluster.control.name,
    journal,
    async onControlConnected(openSession) {
      lock = await takeOrWait(openSession, cluster, operation, { waitMs, onNote });
      if (lock.before) onNote(unfinishedText(lock.before));
    },
    assertAllowed: async () => lock?.assertHeld(),
    async onEnd(error) {
      if (lock === undefined) return;
      await journal.settle();
      await lock.release({
        ...{ kind: 'end', id: operation.id, changes: journal.changes() },
        ...endOf(error),
      });
    },
  };
}

async function takeOrWait(
  openSession: OpenSession,
  cluster: Cluster,
  operation: Operation,
  { waitMs, onNote }: LockOptions,
): Promise<ClusterLock> {
  const startedAt = Date.now();
  for (let saidAt = 0; ;) {
    const attempt = await takeLock(openSession, cluster.name, operation, {
      onTakenBack: (silentMs) =>
        onNote(
          `${cluster.control.name} heard nothing for ${formatSeconds(silentMs / 1000)} and let the lock go; nobody else had it, so it was taken back`,
        ),
    });
    if (attempt.kind === 'held') return attempt.lock;
    const { holder } = attempt;
    if (Date.now() - startedAt >= waitMs) throw locked(cluster, holder, waitMs);
    if (Date.now() - saidAt >= sayEveryMs) {
      onNote(`waits for ${describeHolder(holder)}`);
      saidAt = Date.now();
    }
    await sleep(lookEveryMs);
  }
}

function locked({ name }: Cluster, holder: Holder | 'unknown', waitedMs: number): LockedError {
  const waited = waitedMs > 0 ? `, after a wait of ${formatSeconds(waitedMs / 1000)}` : '';
  return new LockedError({
    what: `${name} is being changed by ${describeHolder(holder)}${waited}`,
    why: [
      'Two operations at once could undo each other, so nothing was changed.',
      ...(holder === 'unknown'
        ? []
        : holderRows(holder).flatMap(([row, value]) => (value === '' ? [] : [`${row}: ${value}`]))),
    ].join('\n'),
    next: [
      'wait for it: run the same command with --lock-wait 5m',
      'check again: dbctl lock status',
      'end it, if it was abandoned: dbctl lock release',
    ],
  });
}

const unfinishedText = ({ title, by, result, step }: UnfinishedOperation): string =>
  [
    `the last operation, ${title} by ${by}, ${result === 'lock lost' ? 'lost its lock' : `was ${result}`}`,
    step === undefined ? '' : ` during "${step}"`,
    '; this run continues from the present state',
  ].join('');

function endOf(error: unknown): { readonly result: OperationResult; readonly exitCode: number } {
  if (error === undefined) return { result: 'done', exitCode: exitCode.ok };
  if (error instanceof AggregateError) {
    return { result: 'failed', exitCode: Math.max(...error.errors.map((one) => endOf(one).exitCode)) };
  }
  if (!(error instanceof DbctlError)) return { result: 'failed', exitCode: exitCode.bug };
  return { result: resultOf(error), exitCode: error.exitCode };
}

function resultOf(error: DbctlError): OperationResult {
  if (error instanceof InterruptedError) return 'interrupted';
  if (error instanceof RefusedError || error instanceof UnconfirmedError) return 'refused';
  return error instanceof LockLostError ? 'lock lost' : 'failed';
}
