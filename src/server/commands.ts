// What may follow `dbctl roles`.

import type { Listed } from '../kit/listed.ts';

export const rolesCommands: readonly Listed[] = [
  {
    name: 'apply',
    about: 'Create what is missing of roles, database and privileges; passwords stay as they are',
    complete: async () => (await import('./apply-roles-command.ts')).rolesApply,
  },
];
