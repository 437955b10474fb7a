import { flag } from '../kit/flags.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl roles apply`: roles, database and privileges as .env.cluster has them. */
export const rolesApply = changeCommand({
  needs: 'leader',
  flags: { passwords: flag('--passwords', 'set the passwords of .env.cluster where they differ') },
  run: async ({ cluster, flags: { passwords }, changeHosts }) =>
    (await import('./apply-roles-plan.ts')).applyRoles(cluster, passwords, changeHosts),
  text: async ({ otherPasswords }) => (await import('./roles-text.ts')).otherPasswordsText(otherPasswords),
  json: ({ otherPasswords }) => ({ otherPasswords }),
});
