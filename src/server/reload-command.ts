import type { Command } from 'commander';
import { answer, withHostKeyFlag, withLockFlag, type ChangeFlags } from '../kit/change.ts';
import { changeHosts } from '../operation/change-hosts.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl reload [node…]`: PostgreSQL reads its files anew, on all nodes at once. */
export const reload = (bare: Command): Command =>
  withLockFlag(withHostKeyFlag(withCommonFlags(bare)))
    .argument('[node...]', 'nodes of .env.cluster; without one: all of them')
    .option('--dry-run', 'show what would change and touch nothing')
    .action(async (names: string[], flags: Omit<ChangeFlags, 'restart'>, command: Command) => {
      const { findNodes } = await import('../model/find-node.ts');
      const { loadCluster } = await import('../config/load.ts');
      const { reloadPlan, waitingNodes } = await import('./reload.ts');
      const { waitingText } = await import('./restart-text.ts');
      const cluster = loadCluster(commonFlags(command).config);
      const nodes = findNodes(cluster, names);
      await changeHosts(command, { cluster, machines: nodes, flags }, async (turn) => {
        const { hosts } = turn;
        const result = await turn.carryOut(await reloadPlan(cluster, nodes, hosts));
        const waiting = await waitingNodes(cluster, nodes, hosts);
        await answer(command, result, flags, { text: waitingText(waiting), json: { nodes: waiting } });
      });
    });
