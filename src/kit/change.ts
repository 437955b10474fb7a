// What the commands that change hosts have in common: their flags, their connections, their answer.

import type { Command } from 'commander';
import type { Cluster, Machine } from '../model/cluster.ts';
import type { Plan, PlanResult } from '../engine/run-plan.ts';
import type { Journal } from '../engine/journal.ts';
import { changesNothing } from '../host/operation-hooks.ts';
import type { HostSet } from '../host/with-hosts.ts';
import { commonFlags, type CommonFlags } from './common.ts';
import { duration } from './flags.ts';

export interface ChangeFlags {
  readonly dryRun?: boolean;
  readonly restart?: boolean;
  readonly acceptHostKey?: readonly string[];
  /** Milliseconds to wait for another operation's end. */
  readonly lockWait?: number;
}

export const withChangeFlags = (command: Command): Command =>
  withLockFlag(withHostKeyFlag(command))
    .option('--dry-run', 'show what would change; change nothing')
    .option('--restart', 'restart PostgreSQL where a setting needs it');

export const withHostKeyFlag = (command: Command): Command =>
  command.option(
    '--accept-host-key <fingerprint>',
    'trust an unknown host with this key (SHA256:…) and add it to known_hosts; repeatable',
    (one: string, others: readonly string[] | undefined) => [...(others ?? []), one],
  );

/** For every command that uses `changeHosts`. */
const withLockFlag = (command: Command): Command =>
  command.option(
    '--lock-wait <duration>',
    'how long to wait (30s, 5m) for another operation on the cluster to end',
    duration,
  );

/** Connects to the machines of a cluster to look at them, and hangs up when the work is done. */
export async function onHosts<Answer>(
  cluster: Cluster,
  machines: readonly Machine[],
  { acceptHostKey = [] }: Pick<ChangeFlags, 'acceptHostKey'>,
  work: (hosts: HostSet) => Promise<Answer>,
): Promise<Answer> {
  const { withHosts } = await import('../host/with-hosts.ts');
  const { loginEnvironment } = await import('../config/environment.ts');
  return withHosts(
    machines,
    { ...loginEnvironment(), ssh: cluster.ssh, acceptHostKeys: acceptHostKey },
    work,
    changesNothing,
  );
}

/** Runs a plan with its progress on stderr; a dry run only looks. One that changes the cluster is given to the Turn of `changeHosts`. */
export async function carryOut(
  plan: Plan,
  { dryRun = false }: ChangeFlags,
  journal?: Journal,
): Promise<PlanResult> {
  if (dryRun) return (await import('../engine/plan.ts')).plan(plan);
  const { runPlan } = await import('../engine/run-plan.ts');
  const { progressFor } = await import('../ui/progress-for.ts');
  const { listenForInterrupt } = await import('../ui/interrupt.ts');
  const { notices } = await import('../ui/current-run.ts');
  const isInterrupted = listenForInterrupt(notices(process.stderr));
  return runPlan(plan, await progressFor(process.stderr), { isInterrupted, ...(journal && { journal }) });
}

/** Prints what a plan did: the count for people, everything for machines. */
export async function answer(
  command: Command,
  result: PlanResult,
  { dryRun = false }: ChangeFlags,
  details: { readonly text?: string; readonly json?: object } = {},
): Promise<void> {
  const { output }: CommonFlags = commonFlags(command);
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify({ dryRun, ...result, ...details.json }, null, 2)}\n`);
    return;
  }
  const { planText } = await import('../ui/plan-result.ts');
  process.stdout.write(`${details.text ?? ''}${planText(result, dryRun)}\n`);
}
