import type { Command } from 'commander';
import { answer, carryOut, onHosts, withChangeFlags, type ChangeFlags } from './change.ts';
import { commonFlags, withCommonFlags } from './common.ts';

/** `dbctl init-primary`: from a plain host to a primary that every role can log in to. */
export const initPrimary = (bare: Command): Command =>
  withChangeFlags(withCommonFlags(bare)).action(async (flags: ChangeFlags, command: Command) => {
    const { loadCluster } = await import('../config/load.ts');
    const { initPrimaryPlan } = await import('../operations/init-primary.ts');
    const { refuseSecondCluster } = await import('../operations/refuse-second-cluster.ts');
    const cluster = loadCluster(commonFlags(command).config);
    const { control, primary } = cluster;
    const result = await onHosts(cluster, [control, primary], flags, async (hosts) => {
      await refuseSecondCluster(cluster, hosts.get(primary.name));
      const used = { primary: hosts.get(primary.name), control: hosts.get(control.name) };
      return carryOut(initPrimaryPlan(cluster, used, { restart: flags.restart ?? false }), flags);
    });
    await answer(command, result, flags);
  });
