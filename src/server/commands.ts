// What may follow `dbctl roles`.

import type { Listed } from '../kit/listed.ts';

export const rolesCommands: readonly Listed[] = [
  {
    name: 'apply',
    about: 'Create missing roles, database and privileges; passwords are not changed',
    complete: async () => (await import('./apply-roles-command.ts')).rolesApply,
  },
];
