import { argument } from '../kit/flags.ts';
import { findNodes } from '../model/find-node.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl reload [node…]`: PostgreSQL reads its files anew, on all nodes at once. */
export const reload = changeCommand({
  needs: 'noted cluster',
  arguments: { names: argument('[node...]', 'nodes of .env.cluster; without one: all of them') },
  run: async ({ cluster, args, ...access }) =>
    (await import('./reload-plan.ts')).reloadNodes(cluster, findNodes(cluster, args.names), access),
  text: async ({ nodes }) => (await import('./restart-text.ts')).waitingText(nodes),
  json: ({ nodes }) => ({ nodes }),
});
