import { restartFlag } from '../kit/flags.ts';
import { ledAsConfigured } from '../model/cluster.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl init-primary`: from a plain host to a primary that every role can log in to. */
export const initPrimary = changeCommand({
  needs: 'cluster',
  flags: { restart: restartFlag() },
  run: async ({ cluster, flags: { restart }, changeHosts }) =>
    (await import('./init-primary-plan.ts')).makePrimary(ledAsConfigured(cluster), restart, changeHosts),
});
