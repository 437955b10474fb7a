import type { Command } from 'commander';
import { withChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';
import { makeReplicas, withFromFlag, type CloneFlags } from './make-replicas-command.ts';

/** `dbctl add-replica <host>…`: from plain hosts to replicas that stream. */
export const addReplica = (bare: Command): Command =>
  withFromFlag(withChangeFlags(withCommonFlags(bare)))
    .argument(
      '[host...]',
      'a replica of .env.cluster, or a new one: [name=]host[:port], such as pg4=10.0.0.14',
    )
    .action(async (names: string[], flags: CloneFlags, command: Command) => {
      const { chooseReplicas } = await import('../config/choose-replicas.ts');
      const { ledAsConfigured } = await import('../model/cluster.ts');
      const { cluster, replicas } = chooseReplicas(commonFlags(command).config, names);
      await makeReplicas(command, { cluster: ledAsConfigured(cluster), nodes: replicas, flags });
    });
