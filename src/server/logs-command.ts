import { argument, count, option } from '../kit/flags.ts';
import { lookCommand } from '../kit/look-command.ts';

/** `dbctl logs <node>`: the end of PostgreSQL's log and of its unit's journal. */
export const logs = lookCommand({
  needs: 'cluster',
  arguments: { name: argument('<node>', 'a node of .env.cluster') },
  flags: {
    lines: option('-n, --lines <count>', 'how many lines of each', { read: count(10_000), otherwise: 50 }),
  },
  run: async ({ cluster, lookAt, args, flags }) =>
    (await import('./node-logs-facts.ts')).lastLogs(cluster, args.name, flags.lines, lookAt),
  text: async ({ lines }) => (await import('../host/printable.ts')).printable(`${lines.join('\n')}\n`),
});
