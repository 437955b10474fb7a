import type { Listed } from '../kit/listed.ts';

export const statusCommands: readonly Listed[] = [
  {
    name: 'status',
    group: 'Observe:',
    aliases: ['list'],
    about: 'Show every node as its own host sees it (over SSH)',
    complete: async () => (await import('./status-command.ts')).status,
  },
];
