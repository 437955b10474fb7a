import type { Cluster } from '../model/cluster.ts';
import type { ChangeAccess } from '../operation/change-command.ts';

/** What `--yes` does for the commands that set passwords. */
export const yesToPasswords = 'also change the passwords of roles that exist, and do not ask';

/**
 * Asks before roles that exist get other passwords: the file may be somebody's older copy. Throws UnconfirmedError unless
 * it was agreed to.
 */
export async function agreeToPasswords(
  { name }: Pick<Cluster, 'name'>,
  roles: readonly string[],
  confirm: ChangeAccess['confirm'],
): Promise<void> {
  if (roles.length === 0) return;
  await confirm(
    name,
    `These roles have another password than .env.cluster: ${roles.join(', ')}. It is changed to the file's: whoever logs in with the one of now is locked out.`,
  );
}
