import { lookCommand } from '../kit/look-command.ts';

/** `dbctl backup verify`: is every file of the repository as it was written? */
export const backupVerify = lookCommand({
  needs: 'backup',
  run: async ({ cluster, backup, login }) =>
    (await import('./verify-plan.ts')).verifyBackups(cluster, backup, login),
  text: async (found) => (await import('./verified-text.ts')).verifiedText(found),
  verdict: async (found) => (await import('./verify-plan.ts')).assertSoundRepository(found),
});
