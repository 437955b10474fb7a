import type { Listed } from '../kit/listed.ts';

export const cliCommands: readonly Listed[] = [
  {
    name: 'completion',
    group: 'Other:',
    about: 'Print a completion script for bash, zsh or fish',
    complete: async () => (await import('./completion-command.ts')).completion,
  },
];
