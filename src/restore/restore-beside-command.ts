import type { Command } from 'commander';
import { answer } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { isReachable } from './reachable-command.ts';
import type { Asked } from './restore-request.ts';

/** Into a new server; the cluster goes on, and need not even run. */
export async function restoreBeside(
  { cluster: own, backup, request, flags }: Asked,
  to: string,
  command: Command,
): Promise<void> {
  const { besideOf } = await import('../config/beside.ts');
  const { chooseStart } = await import('./restore.ts');
  const { instanceOf } = await import('../model/instance.ts');
  const { readRestoreFacts } = await import('./restore-facts.ts');
  const { isRestored, restoreBesidePlan } = await import('./restore-beside-plan.ts');
  const { readRecord } = await import('./place-restored-step.ts');
  const { besideText } = await import('./restore-text.ts');
  const { cluster, node } = besideOf(own, to);
  const hasPrimary = await isReachable(cluster, cluster.primary, flags);
  const machines = [cluster.control, node, ...(hasPrimary ? [cluster.primary] : [])];

  await changeHosts(command, { cluster: own, machines, flags }, async ({ hosts, carryOut }) => {
    const control = hosts.get(cluster.control.name);
    const place = hosts.get(node.name);
    const primary = hasPrimary ? hosts.get(cluster.primary.name) : undefined;
    const facts = await readRestoreFacts(own, backup, { control, primary }, request);
    const task = { cluster, backup, node, request, start: chooseStart(request, facts, backup.stanza) };
    const isDone = await isRestored(task, place);
    const result = await carryOut(restoreBesidePlan(task, { control, place, primary }, { isDone }));
    const record = flags.dryRun ? undefined : await readRecord(place, instanceOf(cluster, node));
    const text = record ? besideText({ cluster, node, record }) : '';
    await answer(command, result, flags, { text, json: { node, restored: record ?? null } });
  });
}
