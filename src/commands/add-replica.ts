import type { Command } from 'commander';
import { answer, carryOut, onHosts, withChangeFlags, type ChangeFlags } from './change.ts';
import { commonFlags, withCommonFlags } from './common.ts';

/** `dbctl add-replica <host>…`: from plain hosts to replicas that stream. */
export const addReplica = (bare: Command): Command =>
  withChangeFlags(withCommonFlags(bare))
    .argument('[host...]', 'a replica of .env.cluster, or a new one: [name=]host[:port]')
    .action(async (names: string[], flags: ChangeFlags, command: Command) => {
      const { chooseReplicas } = await import('../config/choose-replicas.ts');
      const { addReplicaPlan, readSource } = await import('../operations/add-replica.ts');
      const { replicationView } = await import('../operations/replication-view.ts');
      const { replicationText } = await import('../ui/replication-table.ts');
      const { cluster, replicas } = chooseReplicas(commonFlags(command).config, names);

      await onHosts(cluster, [cluster.control, cluster.primary, ...replicas], flags, async (hosts) => {
        const source = await readSource(cluster, hosts.get(cluster.primary.name));
        const options = { restart: flags.restart ?? false };
        const result = await carryOut(addReplicaPlan(cluster, replicas, { hosts, source }, options), flags);
        const view = flags.dryRun ? [] : await replicationView(cluster, replicas, hosts);
        await answer(command, result, flags, { text: replicationText(view), json: { replicas: view } });
      });
    });
