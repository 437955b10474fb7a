/** The group of an account, where it has another name than the account. */
const groups: Readonly<Record<string, string>> = { nobody: 'nogroup' };

/**
 * What root runs to run a command as another account. setpriv takes the account's place by itself: no PAM session as
 * runuser has, which takes five times as long and leaves two lines in the journal for every command.
 * Root's HOME is not the account's; without one, programs look it up for the account they run as.
 */
export const become = (account: string, argv: readonly string[]): readonly string[] => [
  ...['env', '-u', 'HOME', 'setpriv'],
  `--reuid=${account}`,
  `--regid=${groups[account] ?? account}`,
  '--init-groups',
  '--',
  ...argv,
];
