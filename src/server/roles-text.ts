/** A note on roles that have another password than .env.cluster; nothing when there are none. */
export const otherPasswordsText = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : [
        `Another password than in .env.cluster, and left as it is: ${names.join(', ')}`,
        'Whoever logs in with the old one is locked out by:  dbctl roles apply --passwords',
        '',
      ].join('\n');
