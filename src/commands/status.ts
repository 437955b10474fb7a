import type { Command } from 'commander';
import { exitCode } from '../errors.ts';
import { withHostKeyFlag, type ChangeFlags } from './change.ts';
import { commonFlags, withCommonFlags } from './common.ts';

/** `dbctl status`: every node as its own host sees it. */
export const status = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare)).action(
    async ({ acceptHostKey }: Pick<ChangeFlags, 'acceptHostKey'>, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { loginEnvironment } = await import('../config/environment.ts');
      const { readStatus } = await import('../operations/status.ts');
      const { statusText } = await import('../ui/status-table.ts');
      const { config, output } = commonFlags(command);
      const cluster = loadCluster(config);
      const nodes = await readStatus(cluster, { ...loginEnvironment(), acceptHostKeys: acceptHostKey });
      process.stdout.write(
        output === 'json'
          ? `${JSON.stringify({ cluster: cluster.name, nodes }, null, 2)}\n`
          : statusText(nodes),
      );
      if (nodes.some(({ state }) => state === 'unreachable')) process.exitCode = exitCode.unreachable;
    },
  );
