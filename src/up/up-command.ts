import { flag, option } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl up`: the whole cluster as .env.cluster says, from bare hosts to backups. */
export const up = changeCommand({
  needs: 'cluster',
  flags: {
    restart: flag('--restart', 'restart PostgreSQL where a setting needs it'),
    plan: option(
      '--plan <file>',
      'apply only the plan that `dbctl plan -o json` wrote there; stop when it is stale',
    ),
  },
  run: async ({ cluster, flags: { restart, plan }, ...access }) =>
    (await import('./up-operation.ts')).bringUp({ cluster, restart, planFile: plan }, access),
  async verdict({ unreachable }) {
    if (unreachable) throw unreachable;
  },
});
