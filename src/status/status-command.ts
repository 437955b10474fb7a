import type { Command } from 'commander';
import { exitCode } from '../model/errors.ts';
import { withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl status`: every node as its own host sees it. */
export const status = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(
    async ({ acceptHostKey }: Pick<ChangeFlags, 'acceptHostKey'>, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { loginEnvironment } = await import('../config/environment.ts');
      const { readStatus } = await import('./status.ts');
      const { protectionText } = await import('./protection-text.ts');
      const { statusText } = await import('./status-table.ts');
      const { config, output } = commonFlags(command);
      const cluster = loadCluster(config);
      const { nodes, protection } = await readStatus(cluster, {
        ...loginEnvironment(),
        acceptHostKeys: acceptHostKey,
      });
      process.stdout.write(
        output === 'json'
          ? `${JSON.stringify({ cluster: cluster.name, nodes, protection }, null, 2)}\n`
          : `${statusText(nodes)}\n${protectionText(protection, Date.now() / 1000)}`,
      );
      const isHidden = nodes.some(({ state }) => state === 'unreachable') || protection.problem !== null;
      if (isHidden) process.exitCode = exitCode.unreachable;
    },
  );
