import type { Cluster } from '../model/cluster.ts';
import type { ChangeAccess } from '../operation/change-command.ts';
import { otherPasswordText, type PasswordPolicy } from './role-changes.ts';

/** What `--yes` does for the commands that set passwords. */
export const yesToPasswords = 'also change the passwords of roles that exist, and do not ask';

/**
 * Asks before roles that exist get other passwords: the file may be somebody's older copy. Answers what was agreed to.
 * Throws UnconfirmedError when it was not.
 */
export async function agreeToPasswords(
  { name }: Pick<Cluster, 'name'>,
  roles: readonly string[],
  { confirm, yes }: Pick<ChangeAccess, 'confirm' | 'yes'>,
): Promise<PasswordPolicy> {
  if (yes) return 'change';
  if (roles.length > 0) await confirm(name, otherPasswordText(roles));
  return { agreed: roles };
}
