import { argument, count, option } from '../kit/flags.ts';
import { lookCommand } from '../kit/look-command.ts';

/** `dbctl logs <node>`: the end of PostgreSQL's log, and of the journals of what runs it and stands beside it. */
export const logs = lookCommand({
  needs: 'cluster',
  examples: {
    'dbctl logs pg1': 'why a server does not start, or what it said last; with Patroni, why it leads or not',
    'dbctl logs control': 'what etcd and the gateways on another host of the cluster said',
  },
  arguments: { name: argument('<node>', 'a node, or another host of .env.cluster') },
  flags: {
    lines: option('-n, --lines <count>', 'how many lines of each (default: 50; of etcd and gateways 10)', {
      read: count(10_000),
    }),
  },
  run: async ({ cluster, login, args, flags }) =>
    (await import('./node-logs-facts.ts')).lastLogs(cluster, args.name, flags.lines, login),
  text: async ({ lines }) => (await import('../host/printable.ts')).printable(`${lines.join('\n')}\n`),
});
