import { lookCommand } from '../kit/look-command.ts';
import { tellingLeader } from '../kit/see-leader.ts';
import { exitCode } from '../model/errors.ts';

/** `dbctl status`: every node as its own host sees it. */
export const status = lookCommand({
  needs: 'cluster',
  run: async ({ cluster, login }) =>
    tellingLeader(cluster, await (await import('./status-facts.ts')).readStatus(cluster, login)),
  text: async (answer) => (await import('./status-text.ts')).clusterText(answer),
  json: ({ leaders, ...answer }, { cluster }) => ({
    cluster: cluster.name,
    leader: leaders.length === 1 ? leaders[0]!.node.name : null,
    ...answer,
  }),
  exitCode: ({ nodes, protection }) =>
    nodes.some(({ state }) => state === 'unreachable') || protection.problem !== null
      ? exitCode.unreachable
      : exitCode.ok,
});
