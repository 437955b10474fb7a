import { argument, count, option } from '../kit/flags.ts';
import { lookCommand } from '../kit/look-command.ts';

/** `dbctl logs <node>`: the end of PostgreSQL's log and of its unit's journal. */
export const logs = lookCommand({
  needs: 'cluster',
  examples: {
    'dbctl logs pg1': 'why a server does not start, or what it said last',
  },
  arguments: { name: argument('<node>', 'a node of .env.cluster') },
  flags: {
    lines: option('-n, --lines <count>', 'how many lines of each', { read: count(10_000), otherwise: 50 }),
  },
  run: async ({ cluster, login, args, flags }) =>
    (await import('./node-logs-facts.ts')).lastLogs(cluster, args.name, flags.lines, login),
  text: async ({ lines }) => (await import('../host/printable.ts')).printable(`${lines.join('\n')}\n`),
});
