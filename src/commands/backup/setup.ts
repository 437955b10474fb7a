import type { Command } from 'commander';
import { answer, carryOut, onHosts, withChangeFlags, type ChangeFlags } from '../change.ts';
import { commonFlags, withCommonFlags } from '../common.ts';

/** `dbctl backup setup`: from a running cluster to one whose data can be brought back. */
export const backupSetup = (bare: Command): Command =>
  withChangeFlags(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadBackedUpCluster } = await import('../../config/load.ts');
    const { machinesOf } = await import('../../cluster/cluster.ts');
    const { backupSetupPlan } = await import('../../operations/backup-setup.ts');
    const { setUpNodes } = await import('../../operations/set-up-nodes.ts');
    const { readSource } = await import('../../operations/add-replica.ts');
    const { cluster, backup } = loadBackedUpCluster(commonFlags(command).config);
    const result = await onHosts(cluster, machinesOf(cluster), flags, async (hosts) => {
      await readSource(cluster, hosts.get(cluster.primary.name));
      const options = { restart: flags.restart ?? false, nodes: await setUpNodes(cluster, hosts) };
      return carryOut(backupSetupPlan({ cluster, backup, hosts }, options), flags);
    });
    await answer(command, result, flags);
  });
