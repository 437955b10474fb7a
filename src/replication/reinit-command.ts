import type { Command } from 'commander';
import { withChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';
import { makeReplicas, withFromFlag, type CloneFlags } from './make-replicas-command.ts';

interface Flags extends CloneFlags {
  readonly delta?: boolean;
  readonly yes?: boolean;
}

/** `dbctl reinit <node>`: a broken replica gets new data. */
export const reinit = (bare: Command): Command =>
  withFromFlag(withChangeFlags(withCommonFlags(bare)))
    .argument('<node>', 'a replica of .env.cluster')
    .option('--delta', 'restore from a backup in place: fetch only files that differ')
    .option('--yes', 'do not ask')
    .action(async (name: string, flags: Flags, command: Command) => {
      const { findNode } = await import('../model/find-node.ts');
      const { loadCluster } = await import('../config/load.ts');
      const { ledAsConfigured } = await import('../model/cluster.ts');
      const { chooseReinit, makeRoomPlan, refusePrimary } = await import('./reinit-plan.ts');
      const { confirmByName } = await import('../ui/confirm.ts');
      const cluster = ledAsConfigured(loadCluster(commonFlags(command).config));
      const node = findNode(cluster, name);
      refusePrimary(cluster, node);
      const { delta = false, yes = false, dryRun = false } = flags;

      await makeReplicas(command, {
        cluster,
        nodes: [node],
        flags,
        async prepare(question) {
          const host = question.hosts.get(node.name);
          const place = { host, source: question.source };
          const way = await chooseReinit(cluster, node, place, { delta, from: question.from });
          const what = `${node.name} (${node.host}) is cloned again: its present data is discarded.`;
          await confirmByName(node.name, what, { yes: yes || dryRun });
          return {
            question: { ...question, way },
            stages: makeRoomPlan(cluster, node, host, way),
          };
        },
      });
    });
