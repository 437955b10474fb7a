import { Argument, type Command } from 'commander';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

const templates = ['postgresql.conf', 'pg_hba.conf'] as const;

/** `dbctl render <template>`: a configuration file exactly as it would be written on a node. */
export const renderTemplate = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .addArgument(new Argument('<template>', 'the file').choices(templates))
    .argument('[node]', 'a node of .env.cluster (default: the primary)')
    .action(
      async (
        template: (typeof templates)[number],
        name: string | undefined,
        flags: Pick<ChangeFlags, 'acceptHostKey'>,
        command: Command,
      ) => {
        const { loadCluster } = await import('../config/load.ts');
        const { findNode } = await import('../model/find-node.ts');
        const { renderFile } = await import('./render-facts.ts');
        const { output, config } = commonFlags(command);
        const cluster = loadCluster(config);
        const node = name === undefined ? cluster.configuredPrimary : findNode(cluster, name);
        const file = await onHosts(cluster, [node], flags, (hosts) =>
          renderFile(cluster, node, template, hosts.get(node.name)),
        );
        process.stdout.write(output === 'json' ? `${JSON.stringify(file, null, 2)}\n` : file.content);
      },
    );
