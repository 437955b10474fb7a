import { lookCommand } from '../kit/look-command.ts';

/** `dbctl backup info`: what can be restored, and what there is. */
export const backupShow = lookCommand({
  needs: 'noted backup',
  run: async ({ cluster, backup, login }) =>
    (await import('./repository-facts.ts')).readRepository(cluster, backup, login),
  text: async (report) => (await import('./repository-text.ts')).repositoryText(report),
});
