import type { Command } from 'commander';
import { answer, withChangeFlags, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl backup setup`: from a running cluster to one whose data can be brought back. */
export const backupSetup = (bare: Command): Command =>
  withChangeFlags(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadBackedUpCluster } = await import('../config/load.ts');
    const { ledAsConfigured, machinesOf } = await import('../model/cluster.ts');
    const { backupSetupPlan } = await import('./setup-plan.ts');
    const { setUpNodes } = await import('../server/set-up-nodes-facts.ts');
    const { readSource } = await import('../server/source-facts.ts');
    const { cluster: configured, backup } = loadBackedUpCluster(commonFlags(command).config);
    const cluster = ledAsConfigured(configured);
    const asked = { cluster, machines: machinesOf(cluster), flags };
    const result = await changeHosts(command, asked, async ({ hosts, carryOut }) => {
      await readSource(cluster, hosts.get(cluster.primary.name));
      const options = { restart: flags.restart ?? false, nodes: await setUpNodes(cluster, hosts) };
      return carryOut(backupSetupPlan({ cluster, backup, hosts }, options));
    });
    await answer(command, result, flags);
  });
