import type { Command } from 'commander';
import { exitCode } from '../model/errors.ts';
import { withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

/** `dbctl explain wal`: who keeps how much WAL, how long until the disk is full, what to do. */
export const explainWalCommand = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .addHelpText(
      'after',
      "\nExit codes: 0 answered, whatever the answer; 3 the primary's host cannot be reached.",
    )
    .action(async ({ acceptHostKey }: Pick<ChangeFlags, 'acceptHostKey'>, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { ledAsConfigured } = await import('../model/cluster.ts');
      const { loginEnvironment } = await import('../config/environment.ts');
      const { explainWal } = await import('./explain-wal.ts');
      const { readWalFacts } = await import('./explain-wal-facts.ts');
      const { progressFor } = await import('../ui/progress-for.ts');
      const { walText } = await import('./wal-text.ts');
      const { config, output } = commonFlags(command);
      const cluster = ledAsConfigured(loadCluster(config));
      const login = { ...loginEnvironment(), acceptHostKeys: acceptHostKey };
      const sights = await readWalFacts(cluster, login, await progressFor(process.stderr));
      const explanation = explainWal(cluster, sights);
      process.stdout.write(
        output === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : walText(explanation),
      );
      if (sights.find(({ node }) => node === cluster.primary.name)?.problem !== undefined) {
        process.exitCode = exitCode.unreachable;
      }
    });
