import { argument } from '../kit/flags.ts';
import { findNodes } from '../model/find-node.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl stop [node…]` */
export const stop = changeCommand({
  needs: 'leader',
  examples: {
    'dbctl stop': 'the whole cluster, for example before its hosts are switched off; again with: dbctl start',
    'dbctl stop pg2': 'this node alone',
  },
  arguments: { names: argument('[node...]', 'nodes of .env.cluster; without one: all of them') },
  flags: {},
  yes: 'do not ask before the primary is stopped',
  run: async ({ cluster, args, ...access }) =>
    (await import('./stop-operation.ts')).stopNodes(
      { cluster, nodes: findNodes(cluster, args.names) },
      access,
    ),
});
