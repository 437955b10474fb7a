import type { Listed } from '../kit/listed.ts';

export const clusterFileCommands: readonly Listed[] = [
  {
    name: 'init',
    group: 'Set up:',
    about: 'Write a new .env.cluster with random secrets; prompts for what the flags leave open',
    complete: async () => (await import('./init-command.ts')).init,
  },
  {
    name: 'config',
    group: 'Set up:',
    about: 'Show the effective settings, without secrets, and where each value comes from',
    complete: async () => (await import('./config-command.ts')).configShow,
    children: [
      {
        name: 'explain',
        about: 'Explain one setting, or list them all by topic',
        complete: async () => (await import('./config-command.ts')).configExplain,
      },
    ],
  },
];
