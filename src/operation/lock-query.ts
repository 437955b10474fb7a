// The lock of a cluster on its control host: the program that holds it, who that is, and how it is made to let go.

import * as v from 'valibot';
import { journalDirectory, lockDirectory, Operation, type Holder } from './operation.ts';
import { action, query, type Action, type Query } from '../host/command.ts';
import { script } from '../host/script.ts';
import { parseJson } from '../model/answers.ts';
import { journalTail } from './journal.ts';
import { operatorName } from '../config/environment.ts';
import type { LoginOptions } from '../host/ask-machines.ts';
import { besideTheLock } from '../host/operation-hooks.ts';
import { withHosts } from '../host/with-hosts.ts';
import type { Cluster } from '../model/cluster.ts';
import { lockText } from './lock-text.ts';

export interface HoldRequest {
  readonly cluster: string;
  readonly id: string;
  /** Seconds after the last sign of life of the operator when the lock is let go. */
  readonly patienceSeconds: number;
  /** Only when nobody had the lock since this operation, and nobody took it away from it. */
  readonly again: boolean;
}

/**
 * The program that holds the lock while it is spoken to. Told who asks, it says lines of the journal, then "held"; or
 * "busy", and who has it; or "passed", when it was asked for again and another had it since. After "held": "beat N" is answered by "ack N"; "step TEXT" and "end LINE" are written down.
 */
export const holdLock = ({ cluster, id, patienceSeconds, again }: HoldRequest): readonly string[] =>
  script(
    'operation/hold-lock.sh',
    ...[lockDirectory, cluster, journalDirectory, id, String(patienceSeconds), again ? 'again' : ''],
  );

/** Who has the lock; "unknown" where it does not say; undefined when it is free. */
export const lockHolder = (cluster: string): Query<Holder | 'unknown' | undefined> =>
  query(script('operation/lock-status.sh', lockDirectory, cluster), (stdout) =>
    stdout === '' ? undefined : parseBusy(stdout.trimEnd()),
  );

/** Ends the holder of this operation, and writes down by whom; another operation's is left alone. */
export const releaseLock = (cluster: string, { id, step }: Holder, by: string): Action =>
  action(script('operation/release-lock.sh', lockDirectory, cluster, journalDirectory, id), {
    stdin: `${journalTail({ kind: 'end', id, result: 'released', why: `by ${by}`, step: step ?? null })}\n`,
    timeoutMs: 30_000,
  });

const HolderLine = v.object({
  ...Operation.entries,
  ...{ since: v.number(), from: v.string(), step: v.nullable(v.string()) },
});

/** Reads "busy NOW JSON". */
export function parseBusy(line: string): Holder | 'unknown' {
  const [, now = '', said = ''] = /^busy ([\d.]+) ?(.*)$/.exec(line) ?? [];
  const found = v.safeParse(HolderLine, parseJson(said));
  if (!found.success) return 'unknown';
  const { since, step, ...holder } = found.output;
  return { ...holder, seconds: Math.max(0, Number(now) - since), step: step ?? undefined };
}

interface ReleaseAccess {
  readonly login: LoginOptions;
  readonly confirm: (name: string, what: string) => Promise<void>;
}

/** Who has the lock, asked of the control host. */
export const readHolder = ({ name, control, ssh }: Cluster, login: LoginOptions) =>
  withHosts([control], { ...login, ssh }, (hosts) => hosts.get(control.name).ask(lockHolder(name)));

/** Takes the lock away from the operation that has it, and answers which that was. */
export const releaseHeldLock = (
  { name, control, ssh }: Cluster,
  { login, confirm }: ReleaseAccess,
): Promise<Holder | 'unknown' | undefined> =>
  withHosts(
    [control],
    { ...login, ssh },
    async (hosts) => {
      const host = hosts.get(control.name);
      const holder = await host.ask(lockHolder(name));
      if (holder === undefined || holder === 'unknown') return holder;
      const what = `${lockText(name, holder)}It stops before its next change; its long-running work continues.`;
      await confirm(name, what);
      await host.run(releaseLock(name, holder, operatorName()));
      return holder;
    },
    besideTheLock,
  );
