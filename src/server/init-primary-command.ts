import { restartFlag } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl init-primary`: from a plain host to a primary that every role can log in to. */
export const initPrimary = changeCommand({
  needs: 'leader',
  flags: { restart: restartFlag() },
  run: async ({ cluster, flags: { restart }, changeHosts }) =>
    (await import('./init-primary-plan.ts')).makePrimary(cluster, restart, changeHosts),
});
