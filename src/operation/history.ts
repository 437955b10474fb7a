import { InvalidArgumentError, type Command } from 'commander';
import { withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends Pick<ChangeFlags, 'acceptHostKey'> {
  readonly number: number;
  readonly steps?: boolean;
}

/** `dbctl history`: who did what to the cluster, when, from where, and how it ended. */
export const history = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .option('-n, --number <count>', 'the newest so many', count, 20)
    .option('--steps', 'show what was changed on which host')
    .action(async (flags: Flags, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { loginEnvironment } = await import('../config/environment.ts');
      const { readHistory } = await import('./read-history.ts');
      const { historyText } = await import('./history-text.ts');
      const { config, output } = commonFlags(command);
      const cluster = loadCluster(config);
      const found = await readHistory(cluster, {
        ...loginEnvironment(),
        acceptHostKeys: flags.acceptHostKey,
      });
      const shown = { ...found, operations: found.operations.slice(-flags.number) };
      process.stdout.write(
        output === 'json'
          ? `${JSON.stringify({ cluster: cluster.name, ...shown }, null, 2)}\n`
          : historyText(shown, { steps: flags.steps === true }),
      );
    });

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('a number from 1');
  return Number(text);
}
