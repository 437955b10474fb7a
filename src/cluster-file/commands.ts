// What may follow `dbctl config`.

import type { Listed } from '../kit/listed.ts';

export const configCommands: readonly Listed[] = [
  {
    name: 'explain',
    about: 'Explain one setting, or list them all by topic',
    complete: async () => (await import('./explain-command.ts')).configExplain,
  },
];
