import { argument } from '../kit/flags.ts';
import { findNodes } from '../model/find-node.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl start [node…]`: the primary first, then its replicas one by one; those that run are left alone. */
export const start = changeCommand({
  needs: 'leader',
  examples: {
    'dbctl start': 'all nodes that do not run, for example after: dbctl stop',
    'dbctl start pg2': 'this node alone',
  },
  arguments: { names: argument('[node...]', 'nodes of .env.cluster; without one: all of them') },
  flags: {},
  run: async ({ cluster, args, ...access }) =>
    (await import('./restart-operation.ts')).restartNodes(
      { cluster, nodes: findNodes(cluster, args.names), which: 'stopped' },
      access,
    ),
});
