/** A note on roles that have another password than .env.cluster; nothing when there are none. */
export const otherPasswordsText = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : [
        `Not changed, although it differs from .env.cluster: the password of ${names.join(', ')}`,
        'To change it (clients with the old password are then refused):  dbctl roles apply --passwords',
        '',
      ].join('\n');
