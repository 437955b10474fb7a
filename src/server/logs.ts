import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { onHosts, withHostKeyFlag, type ChangeFlags } from '../kit/change.ts';
import { commonFlags, withCommonFlags } from '../kit/common.ts';

interface Flags extends Pick<ChangeFlags, 'acceptHostKey'> {
  readonly lines: number;
}

/** `dbctl logs <node>`: the end of PostgreSQL's log and of its unit's journal. */
export const logs = (bare: Command): Command =>
  withHostKeyFlag(withCommonFlags(bare))
    .argument('<node>', 'a node of .env.cluster')
    .option('-n, --lines <count>', 'how many lines of each', countOfLines, 50)
    .action(async (name: string, flags: Flags, command: Command) => {
      const { loadCluster } = await import('../config/load.ts');
      const { findNode } = await import('../model/find-node.ts');
      const { instanceOf } = await import('../model/instance.ts');
      const { lastLogLines } = await import('../postgres/instance.ts');
      const { printable } = await import('../host/printable.ts');
      const { config, output } = commonFlags(command);
      const cluster = loadCluster(config);
      const node = findNode(cluster, name);
      const text = await onHosts(cluster, [node], flags, (hosts) =>
        hosts.get(node.name).ask(lastLogLines(instanceOf(cluster, node), flags.lines)),
      );
      process.stdout.write(
        output === 'json'
          ? `${JSON.stringify({ node: node.name, lines: text.split('\n') }, null, 2)}\n`
          : // Whoever tries to log in can write into a log.
            `${printable(text)}\n`,
      );
    });

function countOfLines(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= 10_000) return count;
  throw new InvalidArgumentError('a whole number from 1 to 10000');
}
