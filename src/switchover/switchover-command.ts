import { option } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl switchover`: another node leads, and nothing is lost. */
export const switchover = changeCommand({
  needs: 'cluster',
  examples: {
    'dbctl switchover --candidate pg2 --dry-run': 'whether pg2 could take over now, and what would be done',
    'dbctl switchover --candidate pg2': 'pg2 leads, and the present primary follows it',
  },
  flags: {
    candidate: option('--candidate <node>', 'who shall lead (default: the replica that is the least behind)'),
  },
  yes: 'do not ask before the primary is stopped',
  run: async ({ cluster, flags: { candidate }, ...access }) =>
    (await import('./switchover-operation.ts')).switchOver(cluster, candidate, access),
  text: async (moved) => (await import('./switchover-text.ts')).movedText(moved),
  json: ({ to, silentSeconds }) => ({ leader: to, silentSeconds: silentSeconds ?? null }),
});
