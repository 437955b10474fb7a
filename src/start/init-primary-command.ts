import { option, restartFlag } from '../kit/flags.ts';
import { yesToPasswords } from '../server/agree-to-passwords.ts';
import { changeCommand } from '../operation/change-command.ts';

/** `dbctl init-primary`: from a plain host to a primary that every role can log in to. */
export const initPrimary = changeCommand({
  needs: 'leader',
  flags: {
    restart: restartFlag(),
    abandon: option(
      '--abandon <system-identifier>',
      'make a new, empty cluster; the data with this system identifier is lost for good',
    ),
  },
  yes: yesToPasswords,
  run: async ({ cluster, flags, ...access }) =>
    (await import('./init-primary-operation.ts')).makePrimary(cluster, flags, access),
  async verdict({ overridden }) {
    if (overridden) throw overridden;
  },
});
