import type { Command } from 'commander';
import { answer, withChangeFlags, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl init-primary`: from a plain host to a primary that every role can log in to. */
export const initPrimary = (bare: Command): Command =>
  withChangeFlags(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadCluster } = await import('../config/load.ts');
    const { ledAsConfigured } = await import('../model/cluster.ts');
    const { initPrimaryPlan } = await import('./init-primary.ts');
    const { refuseSecondCluster } = await import('./refuse-second-cluster.ts');
    const cluster = ledAsConfigured(loadCluster(commonFlags(command).config));
    const { control, primary } = cluster;
    const asked = { cluster, machines: [primary], flags };
    const result = await changeHosts(command, asked, async ({ hosts, carryOut }) => {
      await refuseSecondCluster(cluster, hosts.get(primary.name));
      const used = { primary: hosts.get(primary.name), control: hosts.get(control.name) };
      return carryOut(initPrimaryPlan(cluster, used, { restart: flags.restart ?? false }));
    });
    await answer(command, result, flags);
  });
