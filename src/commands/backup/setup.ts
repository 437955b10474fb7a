import type { Command } from 'commander';
import { answer, withChangeFlags, type ChangeFlags } from '../change.ts';
import { changeHosts } from '../change-hosts.ts';
import { commonFlags, withCommonFlags } from '../common.ts';

/** `dbctl backup setup`: from a running cluster to one whose data can be brought back. */
export const backupSetup = (bare: Command): Command =>
  withChangeFlags(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadBackedUpCluster } = await import('../../config/load.ts');
    const { machinesOf } = await import('../../cluster/cluster.ts');
    const { backupSetupPlan } = await import('../../operations/backup/setup.ts');
    const { setUpNodes } = await import('../../operations/nodes/set-up-nodes.ts');
    const { readSource } = await import('../../operations/replica/source.ts');
    const { cluster, backup } = loadBackedUpCluster(commonFlags(command).config);
    const asked = { cluster, machines: machinesOf(cluster), flags };
    const result = await changeHosts(command, asked, async ({ hosts, carryOut }) => {
      await readSource(cluster, hosts.get(cluster.primary.name));
      const options = { restart: flags.restart ?? false, nodes: await setUpNodes(cluster, hosts) };
      return carryOut(backupSetupPlan({ cluster, backup, hosts }, options));
    });
    await answer(command, result, flags);
  });
