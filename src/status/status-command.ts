import { lookCommand } from '../kit/look-command.ts';
import { exitCode } from '../model/errors.ts';

/** `dbctl status`: every node as its own host sees it. */
export const status = lookCommand({
  needs: 'cluster',
  run: async ({ cluster, login }) => (await import('./status-facts.ts')).readStatus(cluster, login),
  text: async (answer) => (await import('./status-text.ts')).clusterText(answer),
  json: (answer, { cluster }) => ({ cluster: cluster.name, ...answer }),
  exitCode: ({ nodes, protection }) =>
    nodes.some(({ state }) => state === 'unreachable') || protection.problem !== null
      ? exitCode.unreachable
      : exitCode.ok,
});
