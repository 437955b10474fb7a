// The journal of an operation: each host remembers what is done to it, before it is done.

import type { Operation, StepResult } from './operation.ts';
import type { Journal } from '../engine/run-steps.ts';
import { CommandError, InterruptedError, LockLostError, UnverifiedError } from '../model/errors.ts';
import type { Host } from '../host/host.ts';
import { appendToJournal } from './journal.ts';

export interface OperationJournal extends Journal {
  /** How many changes were begun. */
  changes(): number;
  /** Waits until everything is written. */
  settle(): Promise<void>;
}

export interface JournalOptions {
  readonly cluster: string;
  readonly operation: Operation;
  /** Told what is done now. */
  readonly onStep: (step: string) => void;
  /** Told once for a host that cannot write its journal. */
  readonly onUnwritable: (host: string, error: CommandError) => void;
}

/** Of a step with very many changes only the first ones are remembered, and of each only its beginning. */
const mostChanges = 20;
const longestChange = 200;

export function recordJournal({
  cluster,
  operation,
  onStep,
  onUnwritable,
}: JournalOptions): OperationJournal {
  const { id, title, by } = operation;
  const unwritable = new Set<string>();
  const writing = new Map<string, Promise<void>>();
  let count = 0;

  /** A full disk must not keep a repair from being made: it goes on without its journal. */
  const append = async (host: Host, line: Parameters<typeof appendToJournal>[1]): Promise<void> => {
    await writing.get(host.name);
    await host.run(appendToJournal(cluster, line)).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      if (!unwritable.has(host.name)) onUnwritable(host.name, error);
      unwritable.add(host.name);
    });
  };

  /** Nobody waits for this line, and it may get lost: a host that is gone has no journal to write. */
  const appendIfPossible: typeof append = (host, line) => append(host, line).catch(() => {});

  return {
    async begin(host, step, changes) {
      const startedAt = Date.now();
      onStep(`${step} on ${host.name}`);
      const at = { id, host: host.name, step };
      await append(host, { kind: 'step', ...at, title, by, changes: shortened(changes) });
      count += changes.length;
      return (error) => {
        const seconds = (Date.now() - startedAt) / 1000;
        const result = resultOf(error);
        writing.set(host.name, appendIfPossible(host, { kind: 'stepped', ...at, result, seconds }));
      };
    },
    changes: () => count,
    async settle() {
      await Promise.all(writing.values());
    },
  };
}

function shortened(changes: readonly string[]): readonly string[] {
  const shown = changes.slice(0, mostChanges).map((change) => change.slice(0, longestChange));
  const rest = changes.length - shown.length;
  return rest > 0 ? [...shown, `and ${rest} more`] : shown;
}

function resultOf(error: unknown): StepResult {
  if (error === undefined) return 'ok';
  if (error instanceof InterruptedError) return 'interrupted';
  if (error instanceof LockLostError) return 'lock lost';
  return error instanceof UnverifiedError ? 'unverified' : 'failed';
}
