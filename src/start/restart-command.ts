import { argument, flag } from '../kit/flags.ts';
import { findNodes } from '../model/find-node.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl restart [node…]`: replicas first, one by one, the primary last. */
export const restart = changeCommand({
  needs: 'leader',
  examples: {
    'dbctl restart --pending': 'where a setting waits for it',
    'dbctl restart pg2': 'this node alone',
  },
  arguments: { names: argument('[node...]', 'nodes of .env.cluster; without one: all of them') },
  flags: { pending: flag('--pending', 'only nodes with settings that await a restart') },
  yes: 'do not ask before the primary is restarted',
  run: async ({ cluster, args, flags: { pending }, ...access }) =>
    (await import('./restart-operation.ts')).restartNodes(
      { cluster, nodes: findNodes(cluster, args.names), which: pending ? 'pending' : 'all' },
      access,
    ),
  text: async ({ silences }) => (await import('../server/restart-text.ts')).silenceText(silences),
  json: ({ silences }) => ({
    nodes: [...silences].map(([name, silentSeconds]) => ({ name, silentSeconds })),
  }),
});
